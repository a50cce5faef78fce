import { useMutation } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { answer, api } from "../../api/client";
import { signedOut } from "../../api/session";

/** Sign out here, and go to the start: the address of the page one was on may tell whom one looked at. */
export function useSignOut() {
  const [, go] = useLocation();
  return useMutation({
    mutationFn: () => answer(api.POST("/api/auth/logout")),
    onSuccess: () => {
      signedOut();
      go("/", { replace: true });
    },
  });
}
