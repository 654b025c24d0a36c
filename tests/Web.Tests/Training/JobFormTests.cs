using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Training.Datasets;
using Platform.Web.Features.Training;

namespace Platform.Web.Tests.Training;

/// <summary>What a person fills in, and what the model service is asked for.</summary>
public sealed class JobFormTests
{
    private static readonly Dataset Set = new(Guid.Parse("00000000-0000-0000-0000-000000000001"), "terms", "", default, 10, 10, 0, 100, 3, "ada", default, default);
    private static readonly DatasetVersion Version = new(Set.Id, 3, "abc", 10, 2, 100, 0.2, 42, "", "ada", default);

    [Fact]
    public void What_is_left_empty_is_the_services_to_choose_and_the_rows_are_remembered()
    {
        var request = new JobForm { Model = "seed", AdapterName = "terms" }.ToRequest(new("file-1", "file-2"), Set, Version);
        Assert.True(request is { Epochs: null, LearningRate: null, Rank: null, Targets: null, Window: null, StopsEarly: true, TrainingFile: "file-1", ValidationFile: "file-2" }, request.ToString());
        Assert.Equal(("terms@3", "abc"), (request.Metadata["dataset_version"], request.Metadata["dataset_sha256"]));
    }

    [Theory]
    [InlineData(JobSetting.LearningRate, "0.005", true)]
    [InlineData(JobSetting.LearningRate, "2", false)]
    [InlineData(JobSetting.LearningRate, "NaN", false)]
    [InlineData(JobSetting.Epochs, "1.5", false)]
    [InlineData(JobSetting.Rank, "32", true)]
    [InlineData(JobSetting.Rank, "24", false)]
    [InlineData(JobSetting.Seed, "-1", false)]
    public void A_number_out_of_its_range_is_told_before_anything_is_sent(string name, string text, bool good)
    {
        var form = new JobForm();
        form.Numbers[name] = text;
        Assert.Equal(good, !form.Wrong.Any());
    }

    [Fact]
    public void Settings_that_a_method_does_not_have_are_not_sent_with_it()
    {
        var form = new JobForm { Method = TuningMethod.Dpo };
        (form.Numbers[JobSetting.Dropout], form.Numbers[JobSetting.Beta]) = ("0.5", "0.2");
        Assert.Equal((null, 0.2), (form.ToRequest(new("f", null), Set, Version).Dropout, form.ToRequest(new("f", null), Set, Version).Beta));
        form.Method = TuningMethod.Supervised;
        Assert.Equal((0.5, null), (form.ToRequest(new("f", null), Set, Version).Dropout, form.ToRequest(new("f", null), Set, Version).Beta));
    }

    [Fact]
    public void A_copied_job_asks_for_the_same_again()
    {
        var form = new JobForm();
        form.Take(new TuningJob("ftjob-1", "seed", null, TuningStatus.Succeeded, null, null, "file-1", null, [], 7, null, null, null, null)
        {
            AdapterName = "terms", Method = new("pretraining"), Lora = new(32, 64, 0, ["q", "v"], 0), Schedule = new("22:00-06:00", null), EarlyStopping = null,
            Hyperparameters = new(3, null, 1, null, 0.001, 0, null, null, 0.05, 0.1, 1, 0, 0, true),
            Forecast = new(1, 1, 1, 1, 60, 100, 1) { BatchSize = 1, MicroBatchTokens = 64, EvalSteps = 3, SaveSteps = 3 },
        });
        Assert.DoesNotContain(form.Numbers.Keys, name => name is JobSetting.BatchSize or JobSetting.MicroBatch or JobSetting.EvaluateEvery or JobSetting.CheckpointEvery); // chosen for its rows, and not for others
        var request = form.ToRequest(new("f", null), Set, Version);
        Assert.True(request is { Method: TuningMethod.Pretraining, Seed: 7, LearningRate: 0.001, Rank: 32, Alpha: null, Epochs: null, Window: "22:00-06:00", StopsEarly: false, GradientCheckpointing: true }, request.ToString());
        Assert.Equal(["q", "v"], request.Targets);
    }

    /// <summary>A number that the service does not tell, or that is not read, would be the usual one again without a word.</summary>
    [Fact]
    public void Every_number_of_a_job_is_taken_over_by_its_copy_and_stands_in_the_comparison()
    {
        foreach (var method in Enum.GetValues<TuningMethod>())
        {
            TuningJob job = new("ftjob-1", "seed", null, TuningStatus.Succeeded, null, null, "file-1", null, [], 7, null, null, null, null)
            {
                Method = new($"{method}"), Lora = new(32, 65, 0.5, ["q"], 2), EarlyStopping = new(4, 0.25), ValidationShare = 0.3, Hyperparameters = new(9, 2, 1, 0.7, 0.001, 60, 64, 128, 0.4, 0.2, 3, 5, 6, true),
            };
            var form = new JobForm();
            form.Take(job);
            Assert.Equal(form.Settings.Select(setting => setting.Name), form.Settings.Select(setting => setting.Name).Where(form.Numbers.ContainsKey));
            Assert.All(form.Settings, setting => Assert.NotNull(JobFigures.Done(job, setting.Name)));
            Assert.Equal((0.3, 0), (form.ToRequest(new("f", null), Set, Version).ValidationShare, Copy(job with { ValidationShare = 0 }).ToRequest(new("f", null), Set, Version).ValidationShare));
        }

        static JobForm Copy(TuningJob job)
        {
            JobForm form = new();
            form.Take(job);
            return form;
        }
    }

    [Fact]
    public void Datasets_are_mixed_by_their_shares_and_remembered_for_a_copy()
    {
        var other = new Dataset(Guid.Parse("00000000-0000-0000-0000-000000000002"), "faq", "", default, 10, 10, 0, 100, 1, "ada", default, default);
        var frozen = new DatasetVersion(other.Id, 1, "def", 10, 0, 100, 0.2, 42, "", "ada", default);
        var form = new JobForm { FirstShare = { Weight = "3" }, Others = { new MixPart(other, [frozen], frozen) { Share = { Weight = "0.5", MaxRepeats = "2" } } } };
        form.Evaluated = new MixPart(Set, [Version], Version);
        var elsewhere = form.ToRequest(new("file-1", "file-2"), Set, Version, [new SentVersion("file-3", "file-4")], new SentVersion("file-5", "file-6"));
        Assert.Equal(("file-6", null, "file-5"), (elsewhere.ValidationFile, elsewhere.ValidationShare, form.ToRequest(new("f", null), Set, Version, [], new SentVersion("file-5", null)).ValidationFile));
        Assert.All(elsewhere.Mixture, part => Assert.Null(part.ValidationFile));
        Assert.Equal((Set.Id, Version.Number), MixPart.Read(elsewhere.Metadata[JobOrigin.EvaluatedIdKey]).Select(part => (part.Dataset, part.Version)).Single());
        form.Evaluated = null;
        var request = form.ToRequest(new("file-1", "file-2"), Set, Version, [new SentVersion("file-3", null)]);
        Assert.Equal([new("file-1", "file-2", 3, 1), new("file-3", null, 0.5, 2)], request.Mixture);
        Assert.Null(request.ValidationFile);
        Assert.Equal([(other.Id, 1, "0.5", "2")], MixPart.Read(request.Metadata["dataset_mixture"].Split('|')[1]));
        form.Others[0].Share.Weight = "0";
        Assert.NotEmpty(form.Wrong);
    }

    [Fact]
    public void Hours_are_the_persons_and_who_trains_by_what_and_what_is_asked_is_sent()
    {
        var asked = new GoldenChoice(Set.Id, "file-9", "ada");
        var form = new JobForm { HasWindow = true, TimeZone = "Asia/Shanghai", Device = "gpu", Precision = "exact", Prompts = "Who?\n\n  Where? \n", MixtureRows = "30", Golden = asked };
        var request = form.ToRequest(new("f", null), Set, Version);
        Assert.True(request is { Window: "22:00-06:00", TimeZone: "Asia/Shanghai", Device: "gpu", Precision: "exact", Trainer: null, MixtureRows: null }, request.ToString()); // nothing is mixed
        Assert.Equal(["Who?", "Where?"], request.EvaluationPrompts);
        Assert.Equal(asked, GoldenChoice.Of(name => request.Metadata.GetValueOrDefault(name)));
        form.IsElsewhere = true;
        Assert.True(form.ToRequest(new("f", null), Set, Version) is { Trainer: "peft", Device: null, Precision: null });
        form.Prompts = "1\n2\n3\n4\n5\n6";
        Assert.NotEmpty(form.Wrong);
    }

    [Fact]
    public void A_copied_job_keeps_its_hours_its_trainer_and_its_questions()
    {
        var form = new JobForm { TimeZone = "Europe/Berlin" };
        form.Take(new TuningJob("ftjob-1", "seed", null, TuningStatus.Succeeded, null, null, "file-1", null, [], 7, null, null, null, null)
        {
            Schedule = new("22:00-06:00", "Asia/Shanghai"), Trainer = "peft", Precision = "exact", EvaluationPrompts = ["Who?"], MixtureRows = 12, Metadata = new GoldenChoice(Set.Id, "file-9", "ada").Metadata.ToDictionary(pair => pair.Key, string? (pair) => pair.Value),
        });
        Assert.Equal(("Asia/Shanghai", true, "exact", "Who?", "12", "file-9"), (form.TimeZone, form.IsElsewhere, form.Precision, form.Prompts, form.MixtureRows, form.Golden?.File));
    }

    [Theory]
    [InlineData(TuningMethod.Pretraining, "completion,json_schema", true)]
    [InlineData(TuningMethod.Pretraining, "chat,tools", true)]
    [InlineData(TuningMethod.Pretraining, "embeddings,rerank", false)]
    [InlineData(TuningMethod.Supervised, "completion,json_schema", false)]
    [InlineData(TuningMethod.Dpo, "completion,json_schema", false)]
    [InlineData(TuningMethod.Dpo, "chat,tools", true)]
    public void A_base_without_a_chat_template_learns_plain_text_alone(TuningMethod method, string can, bool teachable)
    {
        var model = Model(can.Split(','));
        Assert.Equal(teachable, new JobForm { Method = method }.CanTeach(model));
        Assert.False(new JobForm { Method = method }.CanTeach(model with { Architecture = "" })); // its file cannot be read
    }

    [Fact]
    public void An_adapter_on_a_base_without_a_chat_template_can_be_merged()
    {
        var adapter = new AdminAdapter("terms", 1, "plain", null, null, null, [], AdminAdapterState.Draft, IsServed: false, IsLoaded: false, null, null, null, null, null);
        Assert.Equal("plain", AdapterList.BaseOf(adapter, [Model("completion", "json_schema")]));
        Assert.Null(AdapterList.BaseOf(adapter, [Model("embeddings")]));
    }

    [Fact]
    public void A_model_that_cannot_be_taught_says_why()
    {
        JobForm form = new();
        Assert.Equal(("Untaught_silent", "Untaught_template", "Untaught_unreadable", "Untaught_architecture", null),
            (form.Obstacle(Model("embeddings")), form.Obstacle(Model("completion")), form.Obstacle(Model("chat") with { Architecture = "" }), form.Obstacle(Model("chat") with { Architecture = "mamba" }), form.Obstacle(Model("chat"))));
        form.IsElsewhere = true;
        Assert.Null(form.Obstacle(Model("chat") with { Architecture = "mamba" }));
    }

    private static AdminModel Model(params string[] can) => new("plain", AdminModelState.Unloaded, null, can, null, IsPinned: false, IsDefault: false, null, 1, 1, 4096, 4096, 64, "llama", "q8_0");

    /// <summary>The rate that suits a small model is forty times the usual one of pairs.</summary>
    [Fact]
    public void What_was_suggested_for_one_method_does_not_stay_with_another()
    {
        JobForm form = new();
        form.Begin(new JobPreset("Small", new Dictionary<string, string> { [JobSetting.LearningRate] = "0.002" }));
        Assert.NotEmpty(form.Numbers);
        form.Method = TuningMethod.Dpo;
        form.Begin(null);
        Assert.Empty(form.Numbers);
    }

    [Fact]
    public void A_preset_is_known_until_one_of_its_numbers_is_changed()
    {
        var form = new JobForm();
        form.Take(JobPreset.For(0, 50)[2]);
        Assert.True(form.Is(JobPreset.For(0, 50)[2]) && !form.Wrong.Any());
        form.Numbers[JobSetting.Epochs] = "9";
        Assert.DoesNotContain(JobPreset.For(0, 50), form.Is);
    }
}
