import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { CATALOGUE } from "../../api/catalogue";
import { answer, api, type Schemas } from "../../api/client";
import { isProblem } from "../../api/problem";

export type ProfileContent = Schemas["ProfileContent"];
export type Preferences = Schemas["Preferences"];
export type Profile = Schemas["ProfileView"];

const KEY = ["profile"] as const;
/** The widest there is: until a member says otherwise, nobody is left out. */
export const EVERY_AGE: Preferences["ages"] = { min: 18, max: 120 };

/** The member's own profile; null until they write it. */
export function useProfile() {
  return useQuery({ queryKey: KEY, queryFn: readProfile });
}

async function readProfile(): Promise<Profile | null> {
  try {
    return await answer(api.GET("/api/me/profile"));
  } catch (error) {
    if (isProblem(error, "profile_missing")) return null;
    throw error;
  }
}

export type ProfileChange = (content: ProfileContent | null) => ProfileContent;

/** Save a part of the profile and leave the rest as it is, also what another device changed meanwhile. */
export function useSaveProfile() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (change: ProfileChange) => {
      const saved = await save(change, await readProfile());
      queries.setQueryData(KEY, saved);
      await changesWhoTakesPart(queries);
      return saved;
    },
  });
}

/** What a member is told of how complete they are, and of what keeps them from being introduced, is read anew. */
export async function changesWhoTakesPart(queries: QueryClient): Promise<void> {
  await Promise.all(["completeness", "today"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
}

async function save(change: ProfileChange, profile: Profile | null, tries = 2): Promise<Profile> {
  try {
    if (profile === null) return await answer(api.POST("/api/me/profile", { body: change(null) }));
    return await answer(
      api.PUT("/api/me/profile", {
        body: change(profile.content),
        params: { header: { "If-Match": `"${profile.version}"` } },
      }),
    );
  } catch (error) {
    if (tries === 0 || !isProblem(error, "stale_write", "profile_exists")) throw error;
    return save(change, await readProfile(), tries - 1);
  }
}

/** Every word a profile can be made of. It hardly ever changes. */
export function useCatalogue() {
  return useQuery({ ...CATALOGUE, staleTime: Infinity });
}

export function useCompleteness(enabled: boolean) {
  return useQuery({ queryKey: ["completeness"], queryFn: () => answer(api.GET("/api/me/profile/completeness")), enabled });
}

/** The step at which each part of a profile is written. */
export const PART_AT: Record<string, string> = {
  primary_photo: "photos",
  more_photos: "photos",
  interests: "interests",
  values: "values",
  prompts: "story",
  location: "consents",
};
