using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Retrieval.Bases;

namespace Platform.Web.Commands;

/// <summary>`ask`: one question to a folder of documents, answered in the terminal; nothing is left running.</summary>
internal static class AskCommand
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static Command Create()
    {
        var question = new Argument<string>("question") { Description = "The question, in English or Chinese." };
        var docs = new Option<DirectoryInfo>("--docs") { Description = "Folder of documents, read with its subfolders.", Required = true };
        var json = new Option<bool>("--json") { Description = "Print {answer, mode, citations, timings, cut_at_tokens} as JSON." };
        var data = SharedOptions.Data("a folder that is deleted at the end");
        var model = SharedOptions.Model();
        var command = new Command("ask", "Answer one question from a folder of documents.") { question, docs, json, data, model };
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = parsed.GetValue(docs)!;
            if (!folder.Exists)
            {
                await Console.Error.WriteLineAsync(File.Exists(folder.FullName) ? $"platform: {folder.FullName} is a file; name the folder that holds it." : $"platform: the folder {folder.FullName} does not exist.");
                return 1;
            }
            return await TerminalRooms.RunAsync(parsed.GetValue(data), parsed.GetValue(model), async (rooms, stop) =>
            {
                var baseId = await rooms.IngestAsync(folder, stop);
                if ((await rooms.Services.GetRequiredService<KnowledgeBases>().GetAsync(rooms.Caller, baseId, stop)).Ready == 0)
                {
                    await Console.Error.WriteLineAsync($"platform: there are no documents in {folder.FullName} that can be read.");
                    return 1;
                }
                return await AnswerAsync(rooms, baseId, parsed.GetValue(question)!, parsed.GetValue(json), stop);
            }, cancellation);
        });
        return command;
    }

    private static async Task<int> AnswerAsync(TerminalRooms rooms, Guid baseId, string question, bool json, CancellationToken stop)
    {
        var text = new System.Text.StringBuilder();
        List<Citation> citations = [];
        AnswerDone? done = null;
        await foreach (var happened in rooms.Answers.StreamAsync(new AnswerQuestion(rooms.Caller, question, [], [baseId]), stop))
        {
            switch (happened)
            {
                case AnswerText piece:
                    text.Append(piece.Text);
                    if (!json)
                    {
                        Console.Write(piece.Text);
                    }
                    break;
                case AnswerCitation cited:
                    citations.Add(cited.Citation);
                    break;
                case AnswerDone end:
                    done = end;
                    break;
            }
        }
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                answer = text.ToString(),
                mode = done!.NotFound ? "not_found" : done.Mode.ToString().ToLowerInvariant(),
                citations = citations.Select(c => new { n = c.N, document = c.DocumentName, page = c.Page, quote = c.Quote, start = c.Start, end = c.End, score = Math.Round(c.Score, 4) }),
                timings = new { ingest_ms = Math.Round(rooms.IngestTime.TotalMilliseconds, 1), search_ms = Math.Round(done.Timings.SearchMs, 1), first_token_ms = Math.Round(done.Timings.FirstTokenMs, 1), total_ms = Math.Round(done.Timings.TotalMs, 1) },
                cut_at_tokens = done.CutAtTokens,
            }, Readable));
            return 0;
        }
        Console.WriteLine();
        if (done?.CutAtTokens is { } limit)
        {
            await Console.Error.WriteLineAsync($"platform: the answer was cut off at the limit of {limit} tokens.");
        }
        foreach (var cited in citations)
        {
            Console.WriteLine($"[{cited.N}] {cited.DocumentName}, page {cited.Page}, characters {cited.Start}-{cited.End}");
        }
        return 0;
    }
}
