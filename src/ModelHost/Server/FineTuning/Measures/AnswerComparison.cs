using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Files;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Rows;
using Platform.Training.Rows.Measuring;

namespace Platform.ModelHost.Server.FineTuning.Measures;

/// <summary>Sets what an adapter answers to held-out rows beside what its base answers, and both beside what the rows answer.</summary>
internal static class AnswerComparison
{
    /// <summary>The measures of the answers, the higher the better.</summary>
    public static IReadOnlyList<string> Names { get; } = ["exact_match", "accuracy", "f1", "bleu", "rouge_1", "rouge_2", "rouge_l"];

    /// <summary>Asks, and keeps row by row what was answered. What was asked before the service ended is not asked again; a row that does not fit the served context is left out.</summary>
    /// <param name="job">That held the rows out.</param>
    /// <param name="isOfItsEnd">The adapter is the job's own, and no checkpoint's: what was answered is kept in answered.jsonl.</param>
    /// <param name="say">Told what comes of it: a level, a code, and a sentence.</param>
    /// <param name="probes">Asks.</param>
    /// <param name="adapter">name@version.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The measures of both, or null where there is no row to ask; where none fits, that none was asked.</returns>
    /// <exception cref="EngineException">The model cannot answer.</exception>
    public static async Task<JsonObject?> RunAsync(TuningJob job, bool isOfItsEnd, Action<string, string, FormattableString> say, ProbeAnswers probes, string adapter, CancellationToken cancellation)
    {
        var questions = File.Exists(job.Folder.Questions) ? JsonLines.Read(job.Folder.Questions, ProbeJson.Default.Probe).ToList() : [];
        var begun = job.Folder.In($"answered-{adapter}.part");
        var rows = Read(begun);
        Write(begun, rows); // half a line that a killed service left is gone
        var (asked, tooLong) = (rows.Select(row => row.Id).ToHashSet(StringComparer.Ordinal), 0);
        foreach (var question in questions.Where(question => !asked.Contains(question.Id)))
        {
            try
            {
                var (plain, tuned, wanted) = (await probes.AskBaseAsync(question, cancellation), await probes.AskAdapterAsync(question, adapter, cancellation), question.Reference!);
                rows.Add(new AnsweredRow(question.Id, question.Question, wanted, plain, tuned, TextMeasures.F1(plain, wanted), TextMeasures.F1(tuned, wanted)));
                await File.AppendAllTextAsync(begun, Line(rows[^1]) + "\n", cancellation);
            }
            catch (EngineException full) when (full.Kind == EngineErrorKind.ContextTooLong)
            {
                tooLong++;
            }
        }

        if (tooLong > 0)
        {
            say("warn", "answers_too_long", $"{tooLong} of {questions.Count} held-out questions do not fit the context that the model is served with, and were not asked.");
        }

        if (rows.Count > 0 && isOfItsEnd)
        {
            Write(job.Folder.Answered, rows.OrderBy(row => row.F1 - row.BaseF1));
        }

        File.Delete(begun);
        return rows.Count > 0 ? Measures(rows, say) : questions.Count > 0 ? new JsonObject { ["rows"] = 0 } : null;
    }

    private static JsonObject Measures(List<AnsweredRow> rows, Action<string, string, FormattableString> say)
    {
        var measures = new JsonObject { ["rows"] = rows.Count };
        foreach (var (name, plain, tuned) in Names.Zip(Of(rows, row => row.BaseAnswer), Of(rows, row => row.Answer)))
        {
            (measures[name], measures["base_" + name]) = (tuned, plain);
        }

        say("info", "answers_compared", $"Of {rows.Count} held-out questions {Text("accuracy", "P0")} are answered rightly with the adapter and {Text("base_accuracy", "P0")} without; F1 is {Text("f1", "0.000")} and {Text("base_f1", "0.000")}.");
        return measures;

        string Text(string name, string format) => measures[name]!.GetValue<double>().ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>Whole or as it was.</summary>
    private static void Write(string path, IEnumerable<AnsweredRow> rows) => DurableJson.Write(path, Encoding.UTF8.GetBytes(string.Concat(rows.Select(row => Line(row) + "\n"))));

    private static string Line(AnsweredRow row) => JsonSerializer.Serialize(row, ProbeJson.Default.AnsweredRow);

    /// <summary>Whole lines of what was asked before, each question once.</summary>
    private static List<AnsweredRow> Read(string path) => !File.Exists(path) || File.ReadAllText(path) is not { } text ? []
        : [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize(line, ProbeJson.Default.AnsweredRow)!).DistinctBy(row => row.Id)];

    /// <summary>In the order of the names.</summary>
    private static double[] Of(List<AnsweredRow> rows, Func<AnsweredRow, string> answer) =>
    [
        rows.Average(row => TextMeasures.ExactMatch(answer(row), row.Reference) ? 1.0 : 0),
        rows.Average(row => TextMeasures.Contains(answer(row), row.Reference) ? 1.0 : 0),
        rows.Average(row => TextMeasures.F1(answer(row), row.Reference)),
        TextMeasures.Bleu([.. rows.Select(row => (answer(row), row.Reference))]),
        rows.Average(row => TextMeasures.RougeN(answer(row), row.Reference, 1)),
        rows.Average(row => TextMeasures.RougeN(answer(row), row.Reference, 2)),
        rows.Average(row => TextMeasures.RougeL(answer(row), row.Reference)),
    ];
}
