using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Tables;

/// <summary>A query that is none, or went over a limit: what it says, in any language (in English, the message), names it.</summary>
internal sealed class TableQueryException(Func<ToolTexts, string> says) : Exception(says(ToolTexts.In(AnswerLanguage.English)))
{
    public Func<ToolTexts, string> Says { get; } = says;
}
