using System.Globalization;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Training.Datasets.Importing;
using Platform.Training.Rows;
using Platform.Web.Features.Datasets;

namespace Platform.Web.Tests.Training;

/// <summary>Why a row was not taken is told as a whole sentence: of what, what stands there and what is wanted.</summary>
public sealed class RowFaultTests
{
    [Theory]
    [InlineData("7", "The row is a number; an object is expected.", "该行 是数字；应为对象。")]
    [InlineData("""{"messages":{}}""", "messages is an object; an array is expected.", "messages 是对象；应为数组。")]
    [InlineData("""{"messages":[{"role":"user","content":7}]}""", "messages[0].content is a number; a text is expected.", "messages[0].content 是数字；应为文本。")]
    [InlineData("""{"messages":[{"role":"assistant","content":"A","weight":0.5}]}""", "messages[0].weight is a number; 0 or 1 is expected.", "messages[0].weight 是数字；应为0 或 1。")]
    [InlineData("""{"messages":[{"role":"user"}]}""", "messages[0].content is missing.", "messages[0].content 缺失。")]
    [InlineData("""{"messages":[{"role":"boss","content":"A"}]}""", "messages[0].role is 'boss'; taken are system, developer, user, assistant, tool.", "messages[0].role 是“boss”；可用：system, developer, user, assistant, tool。")]
    [InlineData("""{"instruction":"Q","output":"A","history":[["only"]]}""", "history[0] is an array; a question with its answer is expected.", "history[0] 是数组；应为一问一答。")]
    [InlineData("""{"text":"  "}""", "text is empty.", "text 为空。")]
    public void It_names_what_it_is_about(string row, string english, string chinese)
    {
        var fault = Assert.Throws<RowException>(() => RowReader.Read(row));
        Assert.Equal((english, chinese), (Told("en"), Told("zh-Hans")));

        string Told(string language) => Words(new RowFault(1, fault.Code, fault.Field, fault.Message, fault.Values, row), language);
    }

    [Fact]
    public void What_is_too_long_or_of_another_kind_says_by_what()
    {
        var fault = Assert.Throws<RowException>(() => RowReader.Read($$"""{"text":"{{new string('x', RowReader.MaxCharacters + 1)}}"}"""));
        Assert.Equal("The row is too long: 262,144 characters are the most.", Words(new RowFault(1, fault.Code, fault.Field, fault.Message, fault.Values, ""), "en"));
        Assert.Equal("该行的类型为“文本”，数据集的类型为“对话”。", Words(new RowFault(1, "kind_differs", "", "", ["Text", "Dialogue"], ""), "zh-Hans"));
        Assert.Equal("As it was said.", Words(new RowFault(1, "a_code_to_come", "", "As it was said.", [], ""), "en"));
    }

    private static string Words(RowFault fault, string language)
    {
        CultureInfo.CurrentUICulture = new CultureInfo(language);
        return FaultWords.Of(fault, new StringLocalizer<DatasetsTexts>(new ResourceManagerStringLocalizerFactory(Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance)));
    }
}
