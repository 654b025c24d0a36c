using System.Globalization;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Prompting;

namespace Platform.Agents.Acting;

/// <summary>What the program itself says in an agent's run, in the question's language.</summary>
internal static class AgentWords
{
    /// <summary>In the place of an answer, where the plan was not approved.</summary>
    /// <param name="comment">The person's; empty where there is none.</param>
    public static string PlanRejected(bool inTime, string comment, AnswerLanguage language) => (inTime, language) switch
    {
        (false, AnswerLanguage.Chinese) => "计划未在期限内获得批准，因此没有执行。",
        (false, _) => "Nobody approved the plan in time, and it was not carried out.",
        (_, AnswerLanguage.Chinese) => $"计划被拒绝{Saying(comment, PromptWords.In(language))}。",
        _ => $"The plan was rejected{Saying(comment, PromptWords.In(language))}.",
    };

    /// <summary>A person's comment as the end of a sentence, whose full stop comes after it; empty where there is none.</summary>
    public static string Saying(string comment, PromptWords words) => Line(comment) is { Length: > 0 } said ? words.Saying(said) : "";

    /// <summary>In the place of an answer, where a limit was reached and the model gave none.</summary>
    public static string AtLimit(StopReason reason, RunLimits limits, AnswerLanguage language)
    {
        FormattableString said = (reason, language) switch
        {
            (StopReason.MaxSteps, AnswerLanguage.Chinese) => $"智能体已用完允许的 {limits.Steps:N0} 个步骤，尚无答案。",
            (StopReason.MaxTokens, AnswerLanguage.Chinese) => $"智能体可用的 {limits.Tokens:N0} 个词元所剩不足以继续，尚无答案。",
            (StopReason.Timeout, AnswerLanguage.Chinese) => $"智能体已用完允许的 {limits.Seconds:N0} 秒，尚无答案。",
            (StopReason.MaxToolCalls, AnswerLanguage.Chinese) => $"智能体已用完允许的 {limits.ToolCalls:N0} 次工具调用，尚无答案。",
            (_, AnswerLanguage.Chinese) => $"智能体在原地打转，没有得出答案。",
            (StopReason.MaxSteps, _) => $"The agent took all steps that it may take ({limits.Steps:N0}) and has no answer yet.",
            (StopReason.MaxTokens, _) => $"Of the {limits.Tokens:N0} tokens that the agent may take too few are left to go on, and it has no answer yet.",
            (StopReason.Timeout, _) => $"The agent worked the {limits.Seconds:N0} seconds that it may work and has no answer yet.",
            (StopReason.MaxToolCalls, _) => $"The agent made all calls of tools that it may make ({limits.ToolCalls:N0}) and has no answer yet.",
            _ => $"The agent went in circles and has no answer.",
        };
        return said.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>In the place of an answer, where what the model must read for one is more than the tokens that are left.</summary>
    public static string NoRoom(RunLimit limit, RunLimits limits, AnswerLanguage language) =>
        language == AnswerLanguage.Chinese
            ? FormattableString.Invariant($"智能体最多可用 {limits.Tokens:N0} 个词元，还剩 {limit.TokensLeft:N0} 个；作答约需读 {limit.NextPrompt:N0} 个，因此没有再询问模型，尚无答案。")
            : FormattableString.Invariant($"Of the {limits.Tokens:N0} tokens that the agent may take {limit.TokensLeft:N0} are left, and to answer the model would have to read about {limit.NextPrompt:N0}: it was not asked, and there is no answer yet.");

    /// <summary>Why there is another version of a plan; what the step came to follows.</summary>
    public static string StepFailed(string id, string goal, AnswerLanguage language) =>
        language == AnswerLanguage.Chinese ? $"步骤 {id}（{goal}）失败：" : $"Step {id} ({goal}) failed: ";

    /// <summary>The same, where its result is not what it was to reach; why, in the model's words, follows.</summary>
    public static string StepNotReached(string id, string goal, string doneWhen, AnswerLanguage language) =>
        language == AnswerLanguage.Chinese ? $"步骤 {id}（{goal}）没有达到完成标准“{Line(doneWhen)}”：" : $"Step {id} ({goal}) did not reach “{Line(doneWhen)}”: ";

    private static string Line(string text) => text.ReplaceLineEndings(" ").Trim().TrimEnd('.', '。');
}
