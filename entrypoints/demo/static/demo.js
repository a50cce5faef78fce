// Sends each form as JSON, since the API reads nothing else, and says what went wrong in the page.
for (const form of document.querySelectorAll("form[data-post]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = Object.fromEntries(new FormData(form, event.submitter));
    if (form.dataset.token) body.token = new URLSearchParams(location.search).get(form.dataset.token) ?? "";
    event.submitter.disabled = true;
    const answer = await fetch(form.dataset.post, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    event.submitter.disabled = false;
    const problem = document.querySelector(".problem");
    if (answer.ok && form.dataset.then === "reload") return location.reload();
    problem.hidden = false;
    problem.lang = answer.ok ? document.documentElement.lang : "en"; // The API says in English what went wrong.
    problem.textContent = answer.ok ? form.dataset.done : (await answer.json()).detail;
  });
}
