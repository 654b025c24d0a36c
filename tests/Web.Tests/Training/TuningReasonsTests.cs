using System.Globalization;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Web.Features.Training;

namespace Platform.Web.Tests.Training;

/// <summary>Why a job waits, and why it could not be compared, in the person's language.</summary>
public sealed class TuningReasonsTests
{
    private static readonly (string Code, string[] Values)[] Waits =
    [
        ("requests", []), ("pausing", []), ("another_job", []), ("hours", ["22:00-06:00", "Asia/Shanghai"]), ("memory", ["512", "English words."]), ("base_memory", ["seed-chat", "English words."]),
        ("no_runner", []), ("trainer_ends", []), ("restarted", []), ("files_unreadable", []), ("evaluating", []), ("comparing", []), ("stopping", []), ("exporting", []), ("measuring", []), ("refused", ["English words."]),
    ];

    [Theory]
    [InlineData("en")]
    [InlineData("zh-Hans")]
    public void Each_reason_is_told_in_the_persons_language_with_its_values_and_a_sentence_of_before_as_it_is(string language)
    {
        CultureInfo.CurrentUICulture = new CultureInfo(language);
        var texts = new StringLocalizer<TrainingTexts>(new ResourceManagerStringLocalizerFactory(Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance));
        Assert.All(Waits, one =>
        {
            var told = texts.Waiting(Job("English words.", one.Code, one.Values));
            Assert.DoesNotContain("English", told, StringComparison.Ordinal);
            Assert.Equal(language == "zh-Hans", told.Any(sign => sign is >= '\u4e00' and <= '\u9fff'));
        });
        Assert.Contains("22:00-06:00", texts.Waiting(Job("", "hours", "22:00-06:00", "Asia/Shanghai")), StringComparison.Ordinal);
        Assert.Equal(language == "zh-Hans" ? "file-1 第 7 行 turn 2" : "file-1 line 7 turn 2", texts.RowName("file-1 line 7 turn 2"));
        Assert.Equal(language == "zh-Hans" ? "任务从第 3 步（共 9 步）之后继续。" : "The job goes on after step 3 of 9.", texts.Said(Event("resumed", "3", "9")));
        Assert.Contains(language == "zh-Hans" ? "第 3 步（共 9 步）的检查点继续：其后直到第 7 步" : "step 3 of 9: what was done after it, up to step 7", texts.Said(Event("resumed_behind", "3", "9", "7")), StringComparison.Ordinal);
        Assert.Contains("3,554", texts.Said(Event("resumed", "3554", "9")), StringComparison.Ordinal);
        Assert.NotNull(texts.Said(Event("resumed"))); // a record of elsewhere may tell less than a sentence names
        Assert.Null(texts.Said(Event("a_code_to_come", "3")));
        Assert.Equal("As it was.", texts.Waiting(Job("As it was.", null)));
        Assert.Equal("Of tomorrow.", texts.Waiting(Job("Of tomorrow.", "a_code_to_come")));
        Assert.Equal(("English words.", null), (TuningReasons.Own(Job("English words.", "memory", "1", "English words.")), TuningReasons.Own(Job("x", "hours", "a", "b"))));
        Assert.All((string[])["no_administrator", "base_gone", "base_empty", "questions_gone", "questions_unreadable", "model_gone", "context_too_long", "unavailable", "refused", "without_model"], code => Assert.NotEqual(texts.Golden("a_code_to_come"), texts.Golden(code)));
    }

    private static TuningEvent Event(string code, params string[] values) => new("ftevent-1", null, "info", "English words.", "message", null, null) { Code = code, Values = values };

    private static TuningJob Job(string reason, string? code, params string[] values) =>
        new("ftjob-1", "seed", null, TuningStatus.Queued, reason, null, "file-1", null, [], 7, null, null, null, null) { ReasonCode = code, ReasonValues = values };
}
