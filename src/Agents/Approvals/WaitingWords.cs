using Platform.Agents.Answering;

namespace Platform.Agents.Approvals;

/// <summary>What a program is told in the place of an answer while a run waits for a person, in the question's language.</summary>
public static class WaitingWords
{
    /// <param name="question">That the run answers.</param>
    /// <param name="waits">For what: a tool's name, or what the person is asked; with the approval's id.</param>
    public static string Of(string question, Guid runId, IReadOnlyList<(string For, bool IsQuestion, Guid ApprovalId)> waits)
    {
        var chinese = AnswerWords.LanguageOf(question) == AnswerLanguage.Chinese;
        var told = waits.Select(wait => (wait.IsQuestion, chinese) switch
        {
            (true, true) => $"“{wait.For}”的回答（审批 {wait.ApprovalId}）",
            (false, true) => $"对“{wait.For}”的决定（审批 {wait.ApprovalId}）",
            (true, _) => $"the answer to \"{wait.For}\" (approval {wait.ApprovalId})",
            _ => $"a decision on '{wait.For}' (approval {wait.ApprovalId})",
        });
        return chinese ? $"此运行在等待{string.Join("、", told)}。请在浏览器中或用 POST /v1/approvals/{{id}} 作出决定；随后 GET /v1/runs/{runId} 会给出回答。"
            : $"This run waits for {string.Join(", ", told)}. Decide in the browser or with POST /v1/approvals/{{id}}; GET /v1/runs/{runId} then tells the answer.";
    }
}
