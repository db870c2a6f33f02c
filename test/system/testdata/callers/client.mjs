// Shows the gateway each case of standard input over REST and prints what came back: client.py
// says how.
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";

const [address, authority] = process.argv.slice(2);
const ca = readFileSync(authority);
const shared = new Agent({ ca, keepAlive: true, maxSockets: 4 });

function agentOf({ certificate, key }) {
  return certificate ? new Agent({ ca, cert: readFileSync(certificate), key: readFileSync(key), maxCachedSessions: 0 }) : shared;
}

function show(sent) {
  return new Promise((resolve) => {
    const headers = ["Host", address, "Content-Type", "application/json"];
    for (const value of sent.authorization) headers.push("Authorization", value);
    const begun = performance.now();
    const end = (answer) => resolve({ name: sent.name, answer, ms: performance.now() - begun });
    const call = request(`https://${address}/v1/liveness-tokens`, { method: "POST", headers, agent: agentOf(sent) }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part) => (body += part));
      response.on("end", () => {
        if (response.statusCode === 200) return end("OK");
        const { "x-request-id": id, date, ...shown } = response.headers;
        end(`${response.statusCode} ${JSON.stringify(shown)} ${body.replaceAll(id, "ID")}`);
      });
    });
    call.on("error", (failure) => end("error " + failure.code));
    call.end('{"flow":"FLOW_SPOKEN_DIGITS"}');
  });
}

const waiting = JSON.parse(readFileSync(0, "utf8"));
const answers = [];
await Promise.all(
  [1, 2, 3, 4].map(async () => {
    while (waiting.length > 0) answers.push(await show(waiting.shift()));
  }),
);
console.log(JSON.stringify(answers));
