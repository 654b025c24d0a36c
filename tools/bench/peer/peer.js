// The peer in process. Reads one order a line from standard input, {prompts: [[token …] …], tokens}, and generates greedily in as many
// sequences as there are prompts. Says {first: N} when each has its first token (N: tokens of all so far) and {last: N} when all are done.
import readline from "node:readline";
import {getLlama} from "node-llama-cpp";

const modelPath = process.argv[2];
const [sequences, contextSize, batchSize] = process.argv.slice(3).map(Number);
const say = (message) => process.stdout.write(JSON.stringify(message) + "\n");
const llama = await getLlama({build: "never", skipDownload: true, gpu: false, maxThreads: 1, logLevel: "error", progressLogs: false});
const model = await llama.loadModel({modelPath});
const context = await model.createContext({sequences, contextSize, batchSize, threads: 1});
const slots = Array.from({length: sequences}, () => context.getSequence());
say({ready: true});

for await (const line of readline.createInterface({input: process.stdin})) {
    const {prompts, tokens} = JSON.parse(line);
    let begun = 0, total = 0;
    await Promise.all(prompts.map(async (prompt, i) => {
        await slots[i].clearHistory();
        let count = 0;
        for await (const _ of slots[i].evaluate(prompt, {temperature: 0, yieldEogToken: true})) {
            total++;
            if (++count === 1 && ++begun === prompts.length) say({first: total});
            if (count === tokens) break;
        }
    }));
    say({last: total});
}
process.exit(0);
