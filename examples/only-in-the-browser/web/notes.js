const api = "http://localhost:8000";

export async function login(username, password) {
  const answer = await fetch(`${api}/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  localStorage.setItem("token", (await answer.json()).access_token);
}

// "Access to fetch … has been blocked by CORS policy"; the network tab says 401.
export async function notes() {
  const answer = await fetch(`${api}/notes`, {
    headers: { Authorization: `Bearer ${localStorage.getItem("token")}` },
  });
  return answer.json();
}
