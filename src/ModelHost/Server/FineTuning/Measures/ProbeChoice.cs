using System.Text.Json;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Engine.Tokens.Answers;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Rows;
using Platform.Training.Rows;

namespace Platform.ModelHost.Server.FineTuning.Measures;

/// <summary>Which questions a job is measured by: some rows of those that are held out, evenly spread, and five of them, or what was given with the job, at each evaluation.</summary>
internal static class ProbeChoice
{
    /// <summary>Prompts that are answered at each evaluation, at most.</summary>
    public const int MostPrompts = 5;

    private const int PromptTokens = 64, TextTokens = 48, LeastTokens = 16, LongestTokens = 192;

    /// <summary>Writes prompts.jsonl and questions.jsonl into the job's folder.</summary>
    /// <param name="engine">Has the base loaded.</param>
    /// <param name="record">What is asked for.</param>
    /// <param name="folder">With the held-out rows as they are trained on.</param>
    /// <param name="source">The lines that those come from.</param>
    /// <param name="heldOut">Number of the held-out rows.</param>
    /// <param name="most">Rows that are asked at the end.</param>
    public static void Write(ModelEngine engine, TuningRecord record, JobFiles folder, IEnumerable<RowLine> source, int heldOut, int most)
    {
        var rows = Spread(Math.Max(most, MostPrompts), heldOut) is { Count: > 0 } places ? Rows(engine, record.Model, folder.Valid, source, places) : [];
        var prompts = record.Settings.EvaluationPrompts is { } given ? given.Select((text, at) => Given(engine, record, text, at + 1)) : Spread(MostPrompts, rows.Count).Select(at => rows[at] with { MostTokens = PromptTokens });
        File.WriteAllLines(folder.Prompts, prompts.Select(Line));
        File.WriteAllLines(folder.Questions, Spread(most, rows.Count).Select(at => rows[at]).Where(row => row.Reference is not null).Select(Line));
    }

    private static string Line(Probe probe) => JsonSerializer.Serialize(probe, ProbeJson.Default.Probe);

    /// <summary>Places of as many things as are wanted, or as there are, from the first on with equal distances.</summary>
    private static IReadOnlyList<int> Spread(int wanted, int count) => [.. Enumerable.Range(0, Math.Min(wanted, count)).Select(i => (int)((long)i * count / Math.Min(wanted, count)))];

    private static List<Probe> Rows(ModelEngine engine, string model, string heldOut, IEnumerable<RowLine> source, IReadOnlyList<int> places)
    {
        var (next, rows) = (0, new List<RenderedRow>());
        foreach (var (at, row) in JsonLines.Read(heldOut, RenderedJson.Default.RenderedRow).Index())
        {
            if (next < places.Count && at == places[next])
            {
                rows.Add(row);
                next++;
            }
        }

        var wanted = rows.Select(row => row.Origin.Line).ToHashSet(StringComparer.Ordinal);
        var lines = source.Where(line => wanted.Contains(line.Id)).DistinctBy(line => line.Id).ToDictionary(line => line.Id, line => line.Read());
        return [.. rows.Select(row => Of(engine, model, row, lines[row.Origin.Line])).OfType<Probe>()];
    }

    private static Probe? Of(ModelEngine engine, string model, RenderedRow row, TrainingRow source)
    {
        if (row.Tokens is not { } tokens)
        {
            return new Probe(row.Id, source.Question, source.Chosen, row.Prompt!, Room(row.Chosen!.Length));
        }

        if (row.Weights is not { } weights)
        {
            var begun = tokens[..Math.Clamp(tokens.Length / 2, 1, TextTokens)];
            return new Probe(row.Id, engine.Detokenize(model, begun), null, begun, PromptTokens);
        }

        var start = Array.FindIndex(weights, weight => weight > 0);
        var end = Array.FindIndex(weights, start, weight => weight == 0) is >= 0 and var stop ? stop : tokens.Length;
        var answer = source.Turns.Index().Where(turn => turn.Item is { Role: TurnRole.Assistant, Learned: true }).ElementAt(row.Origin.Answer - 1);
        return answer.Item.Content.Length == 0 ? null // it only calls tools
            : new Probe(row.Id, source.Turns.Take(answer.Index).LastOrDefault(turn => turn.Role == TurnRole.User)?.Content ?? "", answer.Item.Content, tokens[..start], Room(end - start));
    }

    /// <summary>Half as much again as the row's own answer has.</summary>
    private static int Room(int tokens) => Math.Clamp(tokens + tokens / 2, LeastTokens, LongestTokens);

    private static Probe Given(ModelEngine engine, TuningRecord record, string text, int number)
    {
        var tokens = record.Settings.Method == TuningMethod.Pretraining ? engine.Tokenize(record.Model, text, addSpecial: true, parseSpecial: false)
            : engine.Tokenize(record.Model, engine.PlanChat(record.Model, [new ChatTurn("user", text)], new ChatTemplateOptions(), new ToolUse()).Prompt, addSpecial: true, parseSpecial: true);
        return new Probe(FormattableString.Invariant($"prompt {number}"), text, null, tokens, PromptTokens);
    }
}
