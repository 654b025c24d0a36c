using System.Runtime.CompilerServices;
using System.Text;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Tokens.Answers;

namespace Platform.ModelHost.Server.Answers;

/// <summary>Turns what the engine generates into the parts of answers, each answer by a reader of its own.</summary>
/// <param name="newReader">Null takes all text as it is.</param>
/// <param name="countTokens">How many tokens a text of the model is.</param>
internal sealed class AnswerReading(Func<IAnswerReader>? newReader, Func<string, int> countTokens)
{
    private readonly Dictionary<int, ReadAnswer> _answers = [];

    public async IAsyncEnumerable<AnswerPart> PartsAsync(IAsyncEnumerable<GenerationEvent> events, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var step in events.WithCancellation(cancellation))
        {
            switch (step)
            {
                case GenerationBegun begun:
                    yield return new Begins(begun.Ran);
                    break;
                case GenerationQueued queued:
                    yield return new Waits(queued.Position);
                    break;
                case PromptProgress progress:
                    yield return new Reads(progress);
                    break;
                case GeneratedText text when newReader is null:
                    yield return new Says(text.Candidate, text.Text, text.Tokens) { SoFar = text.SoFar };
                    break;
                case GeneratedText text:
                    foreach (var part in Parts(text.Candidate, text))
                    {
                        yield return part with { SoFar = text.SoFar };
                    }

                    break;
                case GenerationFinished end when newReader is null:
                    yield return new Ends(end.Candidate, end, HasCalls: false, ReasoningTokens: 0);
                    break;
                case GenerationFinished end:
                    var answer = Answer(end.Candidate);
                    foreach (var piece in answer.Reader.Finish(isCut: end.Reason is FinishReason.MaxTokens or FinishReason.ContextFull))
                    {
                        var part = Part(end.Candidate, piece);
                        yield return part is Says says ? says with { Tokens = answer.TakeUntold() } : part;
                    }

                    if (answer.TakeUntold() is { Length: > 0 } left)
                    {
                        yield return new Says(end.Candidate, "", left);
                    }

                    yield return new Ends(end.Candidate, end, answer.HasCalls, answer.Reasoning.Length > 0 ? Math.Min(countTokens(answer.Reasoning.ToString()), end.Usage.CompletionTokens) : 0);
                    break;
            }
        }
    }

    /// <summary>What is new in an answer. Tokens stand with the text that they made; those that made none yet with the next.</summary>
    private List<AnswerPart> Parts(int choice, GeneratedText text)
    {
        var answer = Answer(choice);
        List<AnswerPart> parts = [.. answer.Reader.Append(text.Text).Select(piece => Part(choice, piece))];
        answer.Untold.AddRange(text.Tokens);
        if (parts.Count > 0 && answer.Untold.Count > 0)
        {
            var told = parts.FindIndex(part => part is Says);
            var tokens = answer.TakeUntold();
            if (told >= 0)
            {
                parts[told] = (Says)parts[told] with { Tokens = tokens };
            }
            else
            {
                parts.Add(new Says(choice, "", tokens));
            }
        }

        return parts;
    }

    private AnswerPart Part(int choice, AnswerPiece piece)
    {
        switch (piece)
        {
            case ReasoningPiece thought:
                Answer(choice).Reasoning.Append(thought.Text);
                return new Thinks(choice, thought.Text);
            case ToolCallPiece call:
                Answer(choice).HasCalls = true;
                return new CallsTool(choice, call.Index, call.Id, call.Name);
            case ArgumentsPiece more:
                return new CallArguments(choice, more.Index, more.Json);
            default:
                return new Says(choice, ((ContentPiece)piece).Text, []);
        }
    }

    private ReadAnswer Answer(int choice)
    {
        if (!_answers.TryGetValue(choice, out var answer))
        {
            _answers[choice] = answer = new ReadAnswer(newReader!());
        }

        return answer;
    }

    private sealed class ReadAnswer(IAnswerReader reader)
    {
        public IAnswerReader Reader { get; } = reader;

        public StringBuilder Reasoning { get; } = new();

        /// <summary>Tokens whose text is held back, or is no whole character yet.</summary>
        public List<TokenLogProbability> Untold { get; } = [];

        public bool HasCalls { get; set; }

        public TokenLogProbability[] TakeUntold()
        {
            TokenLogProbability[] tokens = [.. Untold];
            Untold.Clear();
            return tokens;
        }
    }
}
