namespace Platform.Agents.Testing;

/// <summary>Tells an answer that refuses, or says that it does not know, by its words.</summary>
internal static class RefusalWords
{
    private static readonly string[] Words =
    [
        "cannot", "can't", "can not", "could not", "couldn't", "unable to", "not able to", "am not allowed", "not permitted", "may not", "won't", "will not",
        "do not know", "don't know", "does not say", "do not say", "do not hold", "does not hold", "not contain", "no information", "not find", "not found", "was rejected", "has no answer", "is not known",
        "无法", "不能", "不可以", "没有找到", "未找到", "找不到", "不知道", "不清楚", "没有相关", "未提及", "没有提到", "抱歉", "不允许", "被拒绝",
    ];

    public static bool AreIn(string answer)
    {
        var words = answer.Replace('’', '\'');
        return Words.Any(word => words.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}
