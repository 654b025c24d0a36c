using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Engine.Tokens.Answers;
using Platform.Training.Rows;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>
/// Renders rows with the template and the tokens of a loaded model, as it is served, and says which tokens are learned. Where an answer begins is found by rendering the conversation up to it as a
/// request would be: those tokens must stand unchanged at the beginning of the whole. A conversation whose earlier turns look otherwise once later ones follow becomes one row an answer, each as it is served.
/// </summary>
/// <param name="engine">Has the model loaded.</param>
/// <param name="model">Whose template and tokens they are.</param>
/// <param name="method">What is learned.</param>
/// <param name="at">When it is, to a template that writes the time.</param>
internal sealed class RowRendering(ModelEngine engine, string model, TuningMethod method, DateTimeOffset at)
{
    private readonly HashSet<int> _ends = [.. engine.EndTokens(model)];
    private readonly RowClock _clock = new(at);

    /// <summary>The template wrote the time into a row.</summary>
    public bool WritesTime => _clock.IsRead;

    /// <exception cref="RowFault">The row cannot be learned by this method, or the template refuses it.</exception>
    public IReadOnlyList<RenderedRow> Render(RowLine line)
    {
        try
        {
            var row = line.Read();
            return Refusal(method, row.Kind) is { } refusal ? throw new RowFault(refusal) : row.Kind switch
            {
                RowKind.Preference => [Pair(row, line.Id)],
                RowKind.Text => [Raw(row, line.Id)],
                _ => Dialogue(row, line.Id),
            };
        }
        catch (Exception refusal) when (refusal is RowException or RequestRefused or EngineException { Kind: EngineErrorKind.BadRequest })
        {
            throw new RowFault(refusal.Message);
        }
    }

    /// <summary>Why rows of a kind are not learned by a method; null where they are.</summary>
    public static string? Refusal(TuningMethod method, RowKind kind) => (method, kind) switch
    {
        (TuningMethod.Dpo, not RowKind.Preference) => "A dpo job learns from rows with a 'chosen' and a 'rejected' answer.",
        (TuningMethod.Pretraining, not RowKind.Text) => "A pretraining job learns from rows with a 'text'; train conversations as supervised.",
        (TuningMethod.Supervised, RowKind.Preference) => "The row has two answers; train those as dpo.",
        _ => null,
    };

    private RenderedRow Raw(TrainingRow row, string line) => engine.Tokenize(model, row.Chosen!, addSpecial: true, parseSpecial: false) is { Length: >= 2 } tokens ? new RenderedRow(line) { Tokens = tokens } : throw new RowFault("The text has fewer than 2 tokens.");

    private IReadOnlyList<RenderedRow> Dialogue(TrainingRow row, string line)
    {
        var (turns, options) = (RowTurns.Of(row.Turns), new ChatTemplateOptions { Tools = RowTurns.Tools(row.Tools), Clock = _clock });
        var parts = row.Turns.Index().Where(turn => turn.Item is { Role: TurnRole.Assistant, Learned: true }).Select(turn => Answer([.. turns.Take(turn.Index)], turns[turn.Index], options)).ToList();
        var whole = parts[^1].Tokens;
        return parts.TrueForAll(part => whole.AsSpan().StartsWith(part.Tokens.AsSpan(0, part.End))) ? [Weighted(whole, parts, line)]
            : [.. parts.Index().Select(part => Weighted(part.Item.Tokens, [part.Item], RenderedRow.IdOf(line, part.Index + 1)))];
    }

    private RenderedRow Pair(TrainingRow row, string line)
    {
        var (turns, options) = (RowTurns.Of(row.Turns), new ChatTemplateOptions { Tools = RowTurns.Tools(row.Tools), Clock = _clock });
        var (chosen, rejected) = (Answer(turns, new ChatTurn("assistant", row.Chosen!), options), Answer(turns, new ChatTurn("assistant", row.Rejected!), options));
        return new RenderedRow(line) { Prompt = chosen.Tokens[..chosen.Start], Chosen = chosen.Tokens[chosen.Start..chosen.End], Rejected = rejected.Tokens[rejected.Start..rejected.End] };
    }

    /// <summary>A conversation with one answer at its end.</summary>
    private AnswerPart Answer(IReadOnlyList<ChatTurn> before, ChatTurn answer, ChatTemplateOptions options)
    {
        var prompt = Prompt(before, options);
        var whole = Tokens(engine.ApplyTemplate(model, [.. before, answer], options with { AddGenerationPrompt = false }));
        var kept = prompt.AsSpan().CommonPrefixLength(whole);
        if (kept < prompt.Length)
        {
            throw new RowFault($"It cannot be learned as it is served: of the {prompt.Length} tokens before an answer only {kept} stay when it follows. White space at the beginning of the answer can do that; else this model's template writes answers otherwise than it asks for them.") { IsOfTemplate = true };
        }

        var end = Array.FindLastIndex(whole, _ends.Contains);
        return whole.Length == kept ? throw new RowFault("An answer is empty.") : new AnswerPart(whole, kept, end >= kept ? end + 1 : whole.Length);
    }

    /// <summary>What a request with these messages would be, by the very way that requests take.</summary>
    private int[] Prompt(IReadOnlyList<ChatTurn> before, ChatTemplateOptions options) =>
        before.Count == 0 ? throw new RowFault("It begins with the assistant; something must be said to it first.") : Tokens(engine.PlanChat(model, before, options, new ToolUse()).Prompt);

    private int[] Tokens(string text) => engine.Tokenize(model, text, addSpecial: true, parseSpecial: true);

    private static RenderedRow Weighted(int[] tokens, IReadOnlyList<AnswerPart> learned, string id)
    {
        var end = learned[^1].End; // what the template writes after the last answer is never generated
        var weights = new int[end];
        foreach (var part in learned)
        {
            weights.AsSpan(part.Start..part.End).Fill(1);
        }

        return new RenderedRow(id) { Tokens = tokens[..end], Weights = weights };
    }

    /// <param name="Start">Where the answer begins.</param>
    /// <param name="End">Behind the token that ends it.</param>
    private sealed record AnswerPart(int[] Tokens, int Start, int End);
}
