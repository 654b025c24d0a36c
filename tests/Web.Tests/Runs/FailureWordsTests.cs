using System.Globalization;
using System.Resources;
using Platform.Agents.Answering;
using Platform.Agents.Schedules;
using Platform.Agents.Tools;
using Platform.Web.Features.Agents;
using Platform.Web.Features.Runs;
using Platform.Web.Features.Schedules;

namespace Platform.Web.Tests.Runs;

public sealed class FailureWordsTests
{
    [Theory]
    [InlineData("en")]
    [InlineData("zh-Hans")]
    public void Whatever_makes_a_call_fail_or_a_schedule_wrong_and_each_way_of_answering_has_words_in_each_language(string language)
    {
        Assert.All(Enum.GetNames<AnswerMode>(), mode => Said(typeof(RunsTexts), $"Way_{mode}", language));
        Assert.All(Enum.GetNames<ToolFailure>(), failure => Said(typeof(RunsTexts), $"Failure_{failure}", language));
        Assert.All(Enum.GetValues<CronFault>(), fault => Said(typeof(SchedulesTexts), fault >= CronFault.Minute ? $"Part_{fault}" : $"Cron_{fault}", language));
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh-Hans")]
    public void A_tool_has_one_name_on_all_pages(string language)
    {
        CultureInfo culture = new(language);
        ResourceManager runs = new(typeof(RunsTexts));
        var named = new ResourceManager(typeof(AgentsTexts)).GetResourceSet(culture, createIfNotExists: true, tryParents: true)!.Cast<System.Collections.DictionaryEntry>().Where(text => text.Key.ToString()!.StartsWith("Tool_", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, text => Assert.Equal(text.Value, runs.GetString(text.Key.ToString()!, culture)));
    }

    // Of the language itself: what it lacks is else told in English.
    private static void Said(Type texts, string name, string language)
    {
        var culture = new CultureInfo(language);
        var said = new ResourceManager(texts).GetString(name, culture);
        Assert.False(string.IsNullOrEmpty(said), name);
        Assert.Equal(language == "zh-Hans", said.Any(c => c > '\u2FFF'));
    }
}
