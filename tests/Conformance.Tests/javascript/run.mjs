/** Runs every check and says one line for each: "ok NAME" or "failed NAME: REASON". */
export async function run(checks) {
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`failed ${name}: ${String(error.stack ?? error).replaceAll('\n', ' | ')}`);
    }
  }
}
