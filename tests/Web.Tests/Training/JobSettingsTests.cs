using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Web.Features.Training;

namespace Platform.Web.Tests.Training;

public sealed class JobSettingsTests
{
    [Fact]
    public void A_job_is_shown_as_yaml_without_what_the_service_chooses()
    {
        var yaml = JobYaml.Of(new TuningRequest("seed-chat", "file-1")
        {
            AdapterName = "hr", Epochs = 3, LearningRate = 0.002, Targets = ["q", "v"], EvaluationPrompts = ["Who: \"me\"?"], Mixture = [new("file-1", null, 3), new("file-2", "file-3")],
            Metadata = new Dictionary<string, string> { ["dataset_name"] = "HR: 答案" },
        }.ToJson());
        Assert.Equal("""
            model: "seed-chat"
            mixture:
              - file: "file-1"
                weight: 3
                max_repeats: 1
              - file: "file-2"
                validation_file: "file-3"
                weight: 1
                max_repeats: 1
            suffix: "hr"
            evaluation_prompts:
              - "Who: \"me\"?"
            metadata:
              dataset_name: "HR: 答案"
            method:
              type: "supervised"
              supervised:
                hyperparameters:
                  n_epochs: 3
                  learning_rate: 0.002
                  gradient_checkpointing: false
            lora:
              target_modules:
                - "q"
                - "v"

            """.ReplaceLineEndings("\n"), yaml);
    }

    [Fact]
    public void Settings_that_were_kept_are_taken_again_and_what_is_no_setting_changes_nothing()
    {
        JobForm form = new() { StopsEarly = false, SavesMemory = true, Precision = "exact" };
        form.Numbers[JobSetting.Epochs] = "7";
        form.Targets.Remove("gate");
        JobForm other = new() { Model = "kept", AdapterName = "mine" };
        Assert.True(other.TakeSettings(form.SettingsText));
        Assert.Equal(("kept", "mine", false, true, "exact", "7", false), (other.Model, other.AdapterName, other.StopsEarly, other.SavesMemory, other.Precision, other.Numbers[JobSetting.Epochs], other.Targets.Contains("gate")));
        foreach (var text in (string[])["", "{}", "[]", "null", """{"Numbers":{},"Targets":[],"Device":"toaster","Precision":"fast"}"""])
        {
            Assert.False(other.TakeSettings(text));
        }
        Assert.Equal("7", other.Numbers[JobSetting.Epochs]);
    }

    [Theory]
    [InlineData(5_000_000, 5_000, "Small", "3", "0.0004")]
    [InlineData(5_000_000, 46, "Small", "6", "0.0004")]
    [InlineData(5_000_000, 82, "Small", "8", "0.0004")]
    [InlineData(5_000_000, 4, "Small", "20", "0.0004")]
    [InlineData(7_000_000_000, 60, "Small", "7", null)] // the rate of a small model would wreck it
    [InlineData(7_000_000_000, 5_000, "Balanced", null, null)]
    public void The_settings_to_begin_with_go_with_the_model_and_the_rows(long parameters, int rows, string name, string? epochs, string? rate)
    {
        var suggested = JobPreset.Suggested(parameters, rows);
        Assert.Equal((name, epochs, rate), (suggested.Name, suggested.Numbers.GetValueOrDefault(JobSetting.Epochs), suggested.Numbers.GetValueOrDefault(JobSetting.LearningRate)));
    }
}
