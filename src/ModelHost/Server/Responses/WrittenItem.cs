using System.Security.Cryptography;
using System.Text;
using Platform.ModelHost.Server.Wire;
using Platform.ModelHost.Server.Wire.Responses;

namespace Platform.ModelHost.Server.Responses;

/// <summary>An item of a response while it is written: its events, and what it is in the end. The events get their numbers from the response.</summary>
/// <param name="index">Its place among the items.</param>
internal abstract class WrittenItem(int index, string idPrefix)
{
    protected const string InProgress = "in_progress";

    private readonly StringBuilder _text = new();

    protected string Id { get; } = idPrefix + RandomNumberGenerator.GetHexString(24, lowercase: true);

    protected string Text => _text.ToString();

    /// <summary>The item as it stands.</summary>
    /// <param name="status">in_progress, completed or incomplete.</param>
    public abstract OutputItem Whole(string status);

    public virtual IEnumerable<ResponseEvent> Begin() => [Event("response.output_item.added") with { Item = Whole(InProgress) }];

    public virtual ResponseEvent More(string text, IReadOnlyList<TokenLogprob> logprobs)
    {
        _text.Append(text);
        return Event("") with { ItemId = Id, Delta = text };
    }

    public virtual IEnumerable<ResponseEvent> End(string status) => [Event("response.output_item.done") with { Item = Whole(status) }];

    protected ResponseEvent Event(string type) => new(type, 0) { OutputIndex = index };
}

/// <summary>What the model says, or what it thinks before.</summary>
internal sealed class WrittenText(int index, bool isThought) : WrittenItem(index, isThought ? "rs_" : "msg_")
{
    private readonly string _events = isThought ? "response.reasoning_text" : "response.output_text";
    private readonly List<TokenLogprob> _logprobs = [];

    public bool IsThought => isThought;

    public override OutputItem Whole(string status)
    {
        IReadOnlyList<OutputPart> content = status == InProgress ? [] : [Part];
        return isThought ? new OutputItem(Id, "reasoning", status) { Summary = [], Content = content } : new OutputItem(Id, "message", status) { Role = "assistant", Content = content };
    }

    public override IEnumerable<ResponseEvent> Begin() => [.. base.Begin(), InPart("response.content_part.added") with { Part = Part }];

    public override ResponseEvent More(string text, IReadOnlyList<TokenLogprob> logprobs)
    {
        _logprobs.AddRange(logprobs);
        return base.More(text, logprobs) with { Type = _events + ".delta", ContentIndex = 0, Logprobs = isThought ? null : logprobs };
    }

    public override IEnumerable<ResponseEvent> End(string status) =>
    [
        InPart(_events + ".done") with { Text = Text, Logprobs = isThought ? null : _logprobs },
        InPart("response.content_part.done") with { Part = Part },
        .. base.End(status),
    ];

    private OutputPart Part => isThought ? new OutputPart("reasoning_text", Text) : new OutputPart("output_text", Text) { Annotations = [], Logprobs = [.. _logprobs] };

    private ResponseEvent InPart(string type) => Event(type) with { ItemId = Id, ContentIndex = 0 };
}

/// <summary>A call of a function.</summary>
internal sealed class WrittenCall(int index, string callId, string name) : WrittenItem(index, "fc_")
{
    public override OutputItem Whole(string status) => new(Id, "function_call", status) { CallId = callId, Name = name, Arguments = Text };

    public override ResponseEvent More(string text, IReadOnlyList<TokenLogprob> logprobs) => base.More(text, logprobs) with { Type = "response.function_call_arguments.delta" };

    public override IEnumerable<ResponseEvent> End(string status) =>
        [Event("response.function_call_arguments.done") with { ItemId = Id, Name = name, Arguments = Text }, .. base.End(status)];
}
