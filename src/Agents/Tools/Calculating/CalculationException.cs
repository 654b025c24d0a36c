using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Calculating;

/// <summary>An expression that has no value: why, in any language (in English, the message), and Position where, from 0, when it is at one place.</summary>
internal sealed class CalculationException(Func<ToolTexts, string> says, int? position = null) : Exception(says(ToolTexts.In(AnswerLanguage.English)))
{
    public Func<ToolTexts, string> Says { get; } = says;

    public int? Position { get; } = position;
}
