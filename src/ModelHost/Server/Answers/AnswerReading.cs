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
                    foreach (var piece in Answer(text.Candidate).Reader.Append(text.Text))
                    {
                        yield return Part(text.Candidate, piece) with { SoFar = text.SoFar };
                    }

                    if (text.Tokens.Count > 0)
                    {
                        yield return new Says(text.Candidate, "", text.Tokens);
                    }

                    break;
                case GenerationFinished end when newReader is null:
                    yield return new Ends(end.Candidate, end, HasCalls: false, ReasoningTokens: 0);
                    break;
                case GenerationFinished end:
                    var answer = Answer(end.Candidate);
                    foreach (var piece in answer.Reader.Finish())
                    {
                        yield return Part(end.Candidate, piece);
                    }

                    yield return new Ends(end.Candidate, end, answer.HasCalls, answer.Reasoning.Length > 0 ? Math.Min(countTokens(answer.Reasoning.ToString()), end.Usage.CompletionTokens) : 0);
                    break;
            }
        }
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

        public bool HasCalls { get; set; }
    }
}
