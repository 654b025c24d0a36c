using Platform.Retrieval.Search;

namespace Platform.Agents.Answering;

/// <summary>The languages in which answers are led in.</summary>
internal enum AnswerLanguage { English, Chinese }

/// <summary>Words that the program itself adds to an answer, in the question's language.</summary>
internal static class AnswerWords
{
    /// <summary>Chinese when the question holds a Chinese character to about every fourth other letter; a product name in Latin letters does not make a question English.</summary>
    public static AnswerLanguage LanguageOf(string question)
    {
        var chinese = question.Count(IsChinese);
        return chinese * 4 > question.Count(char.IsLetter) - chinese && chinese > 0 ? AnswerLanguage.Chinese : AnswerLanguage.English;
    }

    public static bool IsChinese(char c) => ChineseScript.Contains(c);

    public static string NotFound(AnswerLanguage language) =>
        language == AnswerLanguage.Chinese ? "这些文档中没有相关内容。" : "This is not in these documents.";

    public static string LeadIn(AnswerLanguage language) =>
        language == AnswerLanguage.Chinese ? "文档中写道：" : "From these documents:";
}
