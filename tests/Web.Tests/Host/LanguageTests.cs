using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Platform.Agents.Runs;
using Platform.Web.Host;

namespace Platform.Web.Tests.Host;

public sealed class LanguageTests
{
    [Theory]
    [InlineData(null, null, "en")]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", null, "zh-Hans")]
    [InlineData("zh-TW", null, "zh-Hans")]
    [InlineData("de-DE,de;q=0.9,zh;q=0.5,en;q=0.4", null, "zh-Hans")]
    [InlineData("de", null, "en")]
    [InlineData("zh-CN", "en", "en")]
    [InlineData("en", "zh-Hans", "zh-Hans")]
    [InlineData("en", "../../etc", "en")]
    public void The_persons_choice_comes_first_then_the_browsers_wish(string? accept, string? cookie, string language)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.AcceptLanguage = accept;
        context.Request.Headers.Cookie = cookie is null ? null : $"{Languages.Cookie}={cookie}";
        Assert.Equal(language, Languages.Of(context.Request));
    }

    [Fact]
    public async Task A_Chinese_browser_gets_Chinese_pages()
    {
        await using var server = await WebServer.StartAsync();
        using var browser = server.Open();
        browser.Client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh-CN");
        Assert.Contains("<h1>登录</h1>", await browser.ReadAsync("/sign-in"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_text_stands_in_both_languages_with_the_same_places_for_values()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Web"), "*.resx", SearchOption.AllDirectories).Where(file => !file.Contains(".zh-Hans.", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var (english, chinese) = (Read(file), Read(Path.ChangeExtension(file, ".zh-Hans.resx")));
            Assert.Equal(english.Keys.Order(StringComparer.Ordinal), chinese.Keys.Order(StringComparer.Ordinal));
            Assert.All(english, text => Assert.True(Places(text.Value).SetEquals(Places(chinese[text.Key])), $"{Path.GetFileName(file)}: {text.Key}"));
        }
    }

    [Fact]
    public void Every_failure_of_an_answer_has_its_words()
    {
        var texts = Read(Path.Combine(Repository.Root, "src", "Web", "Features", "Chat", "ChatTexts.resx"));
        Assert.All(Enum.GetNames<RunErrorKind>(), kind => Assert.True(texts.ContainsKey($"Error_{kind}") && texts.ContainsKey($"ErrorText_{kind}"), kind));
    }

    private static Dictionary<string, string> Read(string file) =>
        XDocument.Load(file).Root!.Elements("data").ToDictionary(data => (string)data.Attribute("name")!, data => (string?)data.Element("value") ?? "", StringComparer.Ordinal);

    private static HashSet<char> Places(string text) => [.. text.Where((letter, i) => char.IsDigit(letter) && i > 0 && text[i - 1] == '{')];
}
