import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { Component, Suspense, useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { CATALOGUE } from "../api/catalogue";
import { isProblem } from "../api/problem";
import { isVisitor, resume, useSession } from "../api/session";
import { peopleOfToday } from "../api/today";
import { LinkButton } from "../design/Button";
import { ProblemNotice } from "../design/Notice";
import { Loading, Page } from "../design/Page";
import i18n from "../i18n";
import { lazy } from "./lazy";
import { Shell, SignOut } from "./Shell";
import { Welcome } from "./Welcome";

const Login = lazy(() => import("../features/account/Login"));
const Join = lazy(() => import("../features/account/Join"));
const Verify = lazy(() => import("../features/account/Verify"));
const ConfirmEmail = lazy(() => import("../features/account/ConfirmEmail"));
const KeepEmail = lazy(() => import("../features/account/KeepEmail"));
const ForgotPassword = lazy(() => import("../features/account/ForgotPassword"));
const ResetPassword = lazy(() => import("../features/account/ResetPassword"));
const Onboarding = lazy(() => import("../features/onboarding/Onboarding"));
const Today = lazy(() => import("../features/today/Today"));
const Person = lazy(() => import("../features/today/Person"));
const Matches = lazy(() => import("../features/matches/Matches"));
const Search = lazy(() => import("../features/matches/Search"));
const Likes = lazy(() => import("../features/likes/Likes"));
const MyProfile = lazy(() => import("../features/profile/MyProfile"));
const Insights = lazy(() => import("../features/insights/Insights"));
const Assessment = lazy(() => import("../features/insights/Assessment"));
const Privacy = lazy(() => import("../features/privacy/Privacy"));
const Membership = lazy(() => import("../features/membership/Membership"));
const Checkout = lazy(() => import("../features/membership/Checkout"));
const Receipt = lazy(() => import("../features/membership/Receipt"));
const SecondFactorPage = lazy(() => import("../features/privacy/SecondFactorPage"));
const Appeal = lazy(() => import("../features/account/Appeal"));
const PhotoReviews = lazy(() => import("../features/staff/PhotoReviews"));
const StaffReviews = lazy(() => import("../features/staff/Reviews"));
const AuditRecords = lazy(() => import("../features/staff/AuditRecords"));
const Suspensions = lazy(() => import("../features/staff/Suspensions"));
const BreachRegister = lazy(() => import("../features/staff/BreachRegister"));
const Settings = lazy(() => import("../features/settings/Settings"));

/** What the pages that people begin with are made of. */
const FIRST: Record<string, Pick<typeof Login, "fetchPage">[]> = { "/login": [Login], "/join": [Join], "/today": [Today, SignOut] };

/** Fetch what the first page is made of, so that it is whole when it is shown. What fails here is told there. */
export async function fetchFirst(): Promise<void> {
  await Promise.allSettled((FIRST[location.pathname] ?? []).map((part) => part.fetchPage()));
}

/** Ask for what the first page shows while it is being made, where somebody may be signed in. */
export function askFirst(queries: QueryClient): void {
  if (location.pathname !== "/today" || isVisitor()) return;
  // With the words about them, so that the cards are made once.
  Promise.all([queries.query({ queryKey: ["today", null, i18n.language], queryFn: () => peopleOfToday(null) }), queries.query(CATALOGUE)]).catch(() => {
    // The page asks again, and tells the member.
  });
}

/** Pages to which whoever is not signed in comes after signing in. */
const FOR_MEMBERS = [
  ...["/today", "/matches", "/search", "/likes", "/profile", "/people/*?", "/insights", "/assessment", "/privacy", "/settings", "/onboarding/*?"],
  ...["/subscription", "/checkout/*?", "/receipts/*?", "/credit-notes/*?", "/privacy/second-factor", "/photos", "/staff/*?"],
];

export function App() {
  const session = useSession();
  const queries = useQueryClient();
  const [here] = useLocation();
  const [problem, setProblem] = useState<unknown>(null);
  const ask = () => void resume().catch(setProblem);
  useEffect(() => {
    ask();
    addEventListener("online", ask);
    return () => removeEventListener("online", ask);
  }, []);
  useEffect(() => {
    if (session === "signed_in") return () => queries.clear();
    return undefined;
  }, [session, queries]);

  let pages: ReactNode;
  if (problem && session === "unknown") pages = (
      <Unreachable
        problem={problem}
        retry={() => {
          setProblem(null);
          ask();
        }}
      />
    );
  else if (session === "unknown") pages = <Waiting />;
  else pages = session === "signed_in" ? <MemberPages /> : <VisitorPages />;
  return (
    <Shell signedIn={session !== "signed_out"}>
      <Boundary here={here}>
        <Suspense fallback={<Waiting />}>{pages}</Suspense>
      </Boundary>
    </Shell>
  );
}

function VisitorPages() {
  return (
    <Switch>
      <Route path="/" component={Welcome} />
      <Route path="/login" component={Login} />
      <Route path="/join" component={Join} />
      <Route path="/verify" component={Verify} />
      <Route path="/confirm-email" component={ConfirmEmail} />
      <Route path="/keep-email" component={KeepEmail} />
      <Route path="/forgot-password" component={ForgotPassword} />
      <Route path="/reset-password" component={ResetPassword} />
      <Route path="/appeal" component={Appeal} />
      {FOR_MEMBERS.map((path) => (
        <Route key={path} path={path}>
          {() => <Redirect to={`/login?then=${encodeURIComponent(location.pathname + location.search)}`} replace />}
        </Route>
      ))}
      <Route component={NotFound} />
    </Switch>
  );
}

function MemberPages() {
  return (
    <Switch>
      <Route path="/today" component={Today} />
      <Route path="/matches" component={Matches} />
      <Route path="/search" component={Search} />
      <Route path="/likes" component={Likes} />
      <Route path="/profile" component={MyProfile} />
      <Route path="/people/:id">{({ id }) => <Person key={id} id={id} />}</Route>
      <Route path="/insights" component={Insights} />
      <Route path="/assessment" component={Assessment} />
      <Route path="/privacy" component={Privacy} />
      <Route path="/privacy/second-factor" component={SecondFactorPage} />
      <Route path="/subscription" component={Membership} />
      <Route path="/checkout/:kind/:item">{({ kind, item }) => <Checkout kind={kind} item={item} />}</Route>
      <Route path="/receipts/:id">{({ id }) => <Receipt id={id} />}</Route>
      <Route path="/credit-notes/:id">{({ id }) => <Receipt id={id} credit />}</Route>
      <Route path="/staff/photos" component={PhotoReviews} />
      <Route path="/staff/reviews" component={StaffReviews} />
      <Route path="/staff/suspensions" component={Suspensions} />
      <Route path="/staff/audit" component={AuditRecords} />
      <Route path="/staff/breaches" component={BreachRegister} />
      <Route path="/photos">{() => <Redirect to="/onboarding/photos" replace />}</Route>
      <Route path="/appeal" component={Appeal} />
      <Route path="/settings" component={Settings} />
      <Route path="/onboarding/:step?">{({ step }) => <Onboarding step={step} />}</Route>
      <Route path="/verify" component={Verify} />
      <Route path="/confirm-email" component={ConfirmEmail} />
      <Route path="/keep-email" component={KeepEmail} />
      <Route path="/reset-password" component={ResetPassword} />
      <Route path="/forgot-password" component={ForgotPassword} />
      <Route path="/login">{() => <Redirect to={wanted()} replace />}</Route>
      <Route path="/">{() => <Redirect to="/today" replace />}</Route>
      <Route path="/join">{() => <Redirect to="/onboarding" replace />}</Route>
      <Route component={NotFound} />
    </Switch>
  );
}

/** Where the member was going before they had to sign in, with what they asked for there; only a page of ours. */
function wanted(): string {
  const then = new URLSearchParams(location.search).get("then") ?? "";
  return /^\/(?!\/|login)[\w/-]*(\?[^#\s]*)?$/.test(then) ? then : "/today";
}

function Waiting() {
  return (
    <div className="mx-auto w-full max-w-2xl px-4 py-12">
      <Loading />
    </div>
  );
}

function Unreachable({ problem, retry }: { problem: unknown; retry: () => void }) {
  const { t } = useTranslation();
  return (
    <Page title={t("state.unreachable")}>
      <ProblemNotice error={problem} retry={retry} />
    </Page>
  );
}

function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t("state.notFound")} lead={t("state.notFoundLead")}>
      <div>
        <LinkButton href="/">{t("state.home")}</LinkButton>
      </div>
    </Page>
  );
}

/** What a page breaks with is our mistake; the rest of the client stays. A new page is a new try. */
class Boundary extends Component<{ here: string; children: ReactNode }, { error: unknown }> {
  override state = { error: null as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate({ here }: { here: string }) {
    if (this.state.error && here !== this.props.here) this.setState({ error: null });
  }

  /** A script that did not arrive is asked for again only by a fresh document. */
  retry() {
    if (!isProblem(this.state.error, "offline")) this.setState({ error: null });
    else if (navigator.onLine) location.reload();
  }

  override render() {
    return this.state.error ? (
      <Unreachable problem={this.state.error} retry={() => this.retry()} />
    ) : (
      this.props.children
    );
  }
}
