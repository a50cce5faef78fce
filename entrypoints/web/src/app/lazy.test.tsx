import { cleanup, render, screen } from "@testing-library/react";
import { Suspense } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { lazy } from "./lazy";

afterEach(cleanup);
const load = () => Promise.resolve({ default: ({ who }: { who: string }) => <p>{`Good morning, ${who}`}</p> });
const shown = (Page: ReturnType<typeof lazy<{ who: string }>>) =>
  render(
    <Suspense fallback={<p>Wait</p>}>
      <Page who="Mira" />
    </Suspense>,
  );

test("a page that was fetched before is shown at once", async () => {
  const Page = lazy(load);
  await Page.fetchPage();
  shown(Page);
  expect(screen.getByText("Good morning, Mira")).toBeTruthy();
});

test("one that was not is fetched when it is wanted, and stays the same when it has come", async () => {
  const Page = lazy(load);
  shown(Page);
  expect(screen.getByText("Wait")).toBeTruthy();
  expect(await screen.findByText("Good morning, Mira")).toBeTruthy();
});

test("what cannot be fetched beforehand says so like any other request", async () => {
  vi.spyOn(performance, "now").mockReturnValue(0); // The document is young, however long the tests before took.
  const Page = lazy<{ who: string }>(() => Promise.reject(new TypeError("Failed to fetch")));
  await expect(Page.fetchPage()).rejects.toMatchObject({ code: "offline" });
});
