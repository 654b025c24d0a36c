using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Outbound;

/// <summary>A request that is not allowed to leave; what it says, in any language (in English, the message), names what was asked for. A model reads it, and whoever wrote what the model has read: it names no other address that is allowed.</summary>
/// <param name="isInside">Whether it leads to this machine or its network.</param>
/// <param name="failure">For people, in whose words it is said what can be done.</param>
internal sealed class RefusedAddressException(Func<ToolTexts, string> says, bool isInside = false, ToolFailure failure = ToolFailure.AddressRefused) : Exception(says(ToolTexts.In(AnswerLanguage.English)))
{
    public Func<ToolTexts, string> Says { get; } = says;

    public ToolFailure Failure { get; } = failure;

    public bool IsInside { get; } = isInside;
}
