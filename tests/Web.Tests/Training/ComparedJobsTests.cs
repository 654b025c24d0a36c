using System.Globalization;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Web.Features.Training;

namespace Platform.Web.Tests.Training;

public sealed class ComparedJobsTests
{
    /// <summary>Which questions they are stood in a row of its own under the same words as their share.</summary>
    [Fact]
    public void Golden_questions_have_one_row_that_says_which_and_how_many_they_are()
    {
        CultureInfo.CurrentUICulture = CultureInfo.CurrentCulture = new CultureInfo("en-US");
        var texts = new StringLocalizer<TrainingTexts>(new ResourceManagerStringLocalizerFactory(Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance));
        TuningJob[] jobs = [Job("rules", new TuningMeasure("golden_accuracy", 0.3, 0.5, 50) { WithoutModel = 8 }), Job("more rules"), Job(null)];
        var (name, values) = Assert.Single(ComparedJobs.Measured(jobs, texts));
        Assert.Equal(("golden_accuracy", "50%", null, null), (name, values[0].Value?.Replace(" ", "", StringComparison.Ordinal), values[1].Value, values[2].Value));
        Assert.StartsWith("rules · Of 50 questions. · For 8 of them the search found nothing", values[0].More, StringComparison.Ordinal);
        Assert.Equal(("more rules", null), (values[1].More, values[2].More));
        Assert.Empty(ComparedJobs.Differences(jobs, texts));
        Assert.Equal(JobFigures.Golden, Assert.Single(ComparedJobs.Differences(jobs[1..], texts)).Name); // where nothing was measured, which were named is a difference of its own
    }

    private static TuningJob Job(string? questions, params TuningMeasure[] measures) => new("ftjob-1", "seed", null, TuningStatus.Succeeded, null, null, "file-1", null, [], 7, null, null, null, null)
    {
        Measures = measures,
        Metadata = questions is null ? new Dictionary<string, string?>() : new() { ["golden_file"] = "file-2", ["golden_base"] = Guid.Empty.ToString(), ["golden_by"] = "ana", ["golden_name"] = questions },
    };
}
