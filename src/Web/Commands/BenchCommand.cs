using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Evaluation;

namespace Platform.Web.Commands;

/// <summary>`bench`: measures speed, one part of the program a verb.</summary>
internal static class BenchCommand
{
    private const string Questions = ".golden/questions.jsonl";

    internal static Command Create() => new("bench", "Measure speed.") { Retrieval() };

    /// <summary>`bench retrieval`: how long a folder takes to be taken in, and searches meanwhile and after.</summary>
    private static Command Retrieval()
    {
        var docs = new Option<DirectoryInfo>("--docs") { Description = $"Folder of documents with {Questions} (tools/bench/make_documents.py makes one).", Required = true };
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON." };
        var data = SharedOptions.Data("a folder that is deleted at the end");
        var command = new Command("retrieval", "Measure taking documents in, and searching meanwhile and after.") { docs, json, data };
        command.SetAction((parsed, cancellation) => TerminalRooms.RunAsync(parsed.GetValue(data), null, async (rooms, stop) =>
        {
            var folder = parsed.GetValue(docs)!;
            var questions = await GoldenSet.LoadAsync(Path.Combine(folder.FullName, Questions), stop);
            var baseId = await rooms.BaseOfAsync(folder, stop);
            var report = await ActivatorUtilities.CreateInstance<RetrievalBench>(rooms.Services).RunAsync(rooms.Caller, baseId, questions, ingest => rooms.IngestAsync(folder, ingest), stop);
            Print(await rooms.Services.GetRequiredService<KnowledgeBases>().GetAsync(rooms.Caller, baseId, stop), report, parsed.GetValue(json));
            return 0;
        }, cancellation));
        return command;
    }

    private static void Print(KnowledgeBase held, RetrievalBenchReport report, bool json)
    {
        (string Name, SearchTimes Times)[] searches = [("fused, while taking in", report.During), ("fused", report.Fused), ("dense", report.Dense), ("lexical", report.Lexical)];
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                files = held.Documents, ready = held.Ready, failed = held.Failed, bytes = held.Bytes, passages = held.Passages, ingest_s = report.Ingest.TotalSeconds, found = report.Found,
                searches = searches.Select(s => new { search = s.Name, count = s.Times.Searches, p50_ms = s.Times.Median, p95_ms = s.Times.P95, max_ms = s.Times.Slowest }),
            }, JsonSerializerOptions.Web));
            return;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {held.Documents} files, {held.Bytes / 1e6:0.0} MB, {held.Passages} passages; {held.Ready} ready, {held.Failed} failed; taken in within {report.Ingest.TotalSeconds:0.0} s
            the document asked for was among the hits of {report.Found:0.000} of the questions

              {"search",-26} count  p50 ms  p95 ms  max ms
            """));
        foreach (var (name, times) in searches)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-26} {times.Searches,5}  {times.Median,6:0.0}  {times.P95,6:0.0}  {times.Slowest,6:0.0}"));
        }
    }
}
