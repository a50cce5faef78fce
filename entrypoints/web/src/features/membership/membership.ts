import { useQuery } from "@tanstack/react-query";
import { answer, api, type Schemas } from "../../api/client";
import { isProblem } from "../../api/problem";

export type Plan = Schemas["Plan"];
export type Tier = Schemas["Tier"];
export type Contract = Schemas["ContractView"];

export const CONTRACT = ["contract"];

export function usePlans() {
  return useQuery({ queryKey: ["plans"], queryFn: () => answer(api.GET("/api/plans")) });
}

/** The subscription that runs; null for whoever has none, which is no problem. */
export function useContract() {
  return useQuery({
    queryKey: CONTRACT,
    queryFn: async (): Promise<Contract | null> => {
      try {
        return await answer(api.GET("/api/me/subscription/contract"));
      } catch (error) {
        if (isProblem(error, "subscription_missing", "payment_gateway_off")) return null;
        throw error;
      }
    },
  });
}
