import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { ProblemNotice } from "../../design/Notice";
import { Loading, Page, Part } from "../../design/Page";
import { ContractCard } from "./ContractCard";
import { useContract, usePlans } from "./membership";
import { Payments } from "./Payments";
import { Plans } from "./Plans";
import { Products } from "./Products";

/** What a member has, what there is beside it at which price, and what they paid so far. */
export default function Membership() {
  const { t } = useTranslation();
  const plans = usePlans();
  const contract = useContract();
  const held = useQuery({ queryKey: ["subscription"], queryFn: () => answer(api.GET("/api/me/subscription")) });
  const error = plans.error ?? contract.error ?? held.error;
  const retry = () => void Promise.all([plans.refetch(), contract.refetch(), held.refetch()]);
  const known = plans.data && held.data && contract.data !== undefined;
  return (
    <Page wide title={t("membership.title")} lead={t("membership.lead")}>
      <ProblemNotice error={error} retry={retry} />
      {known || error ? null : <Loading />}
      {known ? (
        <>
          {contract.data ? <ContractCard contract={contract.data} /> : null}
          <Plans plans={plans.data.items} contract={contract.data ?? null} held={held.data.tier} />
          <Part title={t("membership.once")} lead={t("membership.onceLead")}>
            <Products />
          </Part>
          <Part title={t("membership.payments")}>
            <Payments />
          </Part>
        </>
      ) : null}
    </Page>
  );
}
