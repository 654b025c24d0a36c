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

    public static string Nothing(NothingToSearch why, AnswerLanguage language) => (why, language) switch
    {
        (NothingToSearch.NoBase, AnswerLanguage.Chinese) => "没有可检索的知识库：所选的知识库已被删除、您已无权读取，或尚未建立任何知识库。",
        (NothingToSearch.NoBase, _) => "There is no knowledge base to search: those chosen were deleted or may no longer be read by you, or none was made yet.",
        (_, AnswerLanguage.Chinese) => "知识库中还没有可检索的文档。请先上传文档，或等待其处理完成。",
        _ => "The knowledge base holds no documents that are ready to be searched. Upload some, or wait until they are read.",
    };

    public static string LeadIn(AnswerLanguage language) =>
        language == AnswerLanguage.Chinese ? "文档中写道：" : "From these documents:";
}
