using System.Globalization;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client;
using Platform.Web.Features.Models;

namespace Platform.Web.Tests.Models;

public sealed class ServiceReasonsTests
{
    // What Platform.ModelHost.Server says in answer to a page; other codes are of requests that no page makes.
    private static readonly string[] Codes = ["model_in_use", "model_not_found", "out_of_memory", "already_exists", "cannot_write", "no_space", "queue_full", "model_failed", "adapter_unusable", "context_length_exceeded", "job_failed", "wrong_state", "model_loading", "shutting_down", "silent", "internal_error"];

    [Theory]
    [InlineData("en")]
    [InlineData("zh-Hans")]
    public void Each_refusal_is_told_in_the_persons_language_and_without_what_programs_need(string language)
    {
        CultureInfo.CurrentUICulture = new CultureInfo(language);
        var texts = new StringLocalizer<ModelsTexts>(new ResourceManagerStringLocalizerFactory(Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance));
        var general = texts.Reason("a_code_to_come");
        Assert.Equal(language == "en", general.Contains("refused", StringComparison.Ordinal));
        Assert.All(Codes, code =>
        {
            var told = texts.Reason(new ModelHostException(ModelHostErrorKind.Failed, "context_tokens is 3; lower Engine:Slots.") { Code = code });
            Assert.NotEqual(general, told);
            Assert.DoesNotContain("Engine:", told, StringComparison.Ordinal);
            Assert.Equal(language == "en", told.Any(char.IsAsciiLetter));
        });
        Assert.NotEqual(general, texts.Reason(new ModelHostException(ModelHostErrorKind.Unavailable, "away")));
        Assert.Equal(texts.Reason("context_length_exceeded"), texts.Reason(new ModelHostException(ModelHostErrorKind.ContextTooLong, "too long")));
    }
}
