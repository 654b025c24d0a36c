using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Platform.Agents.Evaluation;
using Platform.Retrieval.Evaluation;

namespace Platform.Web.Commands;

/// <summary>`eval`: measures search and citations on golden questions: those of the samples, or any JSONL whose rows name a document of --docs or bring their context along.</summary>
internal static class EvalCommand
{
    private const string GoldenFolder = ".golden";

    internal static Command Create()
    {
        var sets = new Argument<FileInfo[]>("sets") { Description = "JSONL files of golden questions (default: all of samples/.golden).", Arity = ArgumentArity.ZeroOrMore };
        var docs = new Option<DirectoryInfo?>("--docs") { Description = "Folder of the documents that the questions are about (default: samples/)." };
        var limit = new Option<int?>("--limit") { Description = "Take only the first N questions of each set." };
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON." };
        var data = SharedOptions.Data("a folder that is deleted at the end");
        var model = SharedOptions.Model();
        var command = new Command("eval", "Measure search and citations on golden questions.") { sets, docs, limit, json, data, model };
        command.SetAction((parsed, cancellation) => TerminalRooms.RunAsync(parsed.GetValue(data), parsed.GetValue(model), async (rooms, stop) =>
        {
            var folder = parsed.GetValue(docs) ?? new DirectoryInfo(Samples());
            var files = parsed.GetValue(sets) is { Length: > 0 } named ? named : GoldenFiles(folder);
            foreach (var file in files)
            {
                var questions = (await GoldenSet.LoadAsync(file.FullName, stop)).Take(parsed.GetValue(limit) ?? int.MaxValue).ToArray();
                Print(file.Name, questions.Length, await MeasureAsync(rooms, folder, questions, stop), parsed.GetValue(json));
            }
            return 0;
        }, cancellation));
        return command;
    }

    private static async Task<(RetrievalReport Search, AnswerReport Answers)> MeasureAsync(TerminalRooms rooms, DirectoryInfo folder, GoldenQuestion[] questions, CancellationToken stop)
    {
        if (questions.All(q => q.Context is null))
        {
            return await MeasureAsync(rooms, await rooms.IngestAsync(folder, stop), questions, stop);
        }
        var contexts = Directory.CreateTempSubdirectory("platform-eval-");
        try
        {
            var names = new Dictionary<string, string>();
            foreach (var context in questions.Select(q => q.Context).OfType<string>().Distinct())
            {
                names[context] = string.Create(CultureInfo.InvariantCulture, $"{names.Count:00000}.txt");
                await File.WriteAllTextAsync(Path.Combine(contexts.FullName, names[context]), context, stop);
            }
            var own = await rooms.IngestAsync(contexts, stop);
            var about = questions.Select(q => q.Context is null ? q : q with { Document = names[q.Context] }).ToArray();
            return await MeasureAsync(rooms, own, about, stop);
        }
        finally
        {
            contexts.Delete(recursive: true);
        }
    }

    // Search is measured on what answering searches, follow-ups with what they lean on.
    private static async Task<(RetrievalReport Search, AnswerReport Answers)> MeasureAsync(TerminalRooms rooms, Guid baseId, GoldenQuestion[] questions, CancellationToken stop)
    {
        var evaluation = rooms.Services.GetRequiredService<RetrievalEvaluation>();
        return (await evaluation.RunAsync(rooms.Caller, [baseId], questions, AnswerEvaluation.QueryOf, stop), await AnswerEvaluation.RunAsync(rooms.Answers, rooms.Caller, [baseId], questions, stop));
    }

    private static FileInfo[] GoldenFiles(DirectoryInfo folder) =>
        new DirectoryInfo(Path.Combine(folder.FullName, GoldenFolder)) is { Exists: true } golden && golden.GetFiles("*.jsonl") is { Length: > 0 } files
            ? [.. files.OrderBy(f => f.Name, StringComparer.Ordinal)]
            : throw new IOException($"{folder.FullName} has no {GoldenFolder}/*.jsonl. Name the files of questions as arguments.");

    private static void Print(string name, int questions, (RetrievalReport Search, AnswerReport Answers) report, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { set = name, questions, search = report.Search.Metrics, answers = report.Answers }, JsonSerializerOptions.Web));
            return;
        }
        var (search, answers) = report;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {questions} questions\n\n  {"search",-26} hit@1  hit@5   MRR   ms (median)"));
        foreach (var way in search.Metrics)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {way.Name,-26} {way.HitAt1:0.000}  {way.HitAt5:0.000}  {way.MeanReciprocalRank:0.000}  {way.MedianMilliseconds:0.0}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""

              answers: a citation holds the expected span {answers.CitationHolds:0.000} (the first one {answers.FirstCitationHolds:0.000}), wrongly refused {answers.WronglyRefused:0.000}, of {answers.Answerable} answerable
                       rightly refused {answers.RightlyRefused:0.000} of {answers.Unanswerable} unanswerable; {answers.Citations:0.0} citations and {answers.MedianMilliseconds:0} ms an answer (median)
            """) + "\n");
    }

    // Of the repository that this program was built in, or beside the published program.
    private static string Samples()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var samples = Path.Combine(folder.FullName, "samples");
            if (Directory.Exists(samples))
            {
                return samples;
            }
        }
        throw new IOException($"No samples folder lies above {AppContext.BaseDirectory}. Name one with --docs, and the questions as an argument.");
    }
}
