using System.Net;
using System.Text;
using System.Text.Json;
using Platform.Fakes;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>A real service with folders for training and adapters of its own, and rows that the seed model learns in seconds.</summary>
public sealed class TrainingRig : IAsyncLifetime
{
    private static readonly string[] Names = ["Alda", "Borin", "Cerys", "Dunmore", "Elswick", "Farrow", "Gwent", "Hollin", "Ivar", "Jessop", "Kirkby", "Lorne"];
    private static readonly string[] Places = ["the west harbour", "the water mill", "the old library", "the north gate"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tuning-");

    public ModelHostFixture Host { get; private set; } = null!;

    public HttpClient Http => Host.Http;

    /// <summary>What a runner elsewhere shares with the service.</summary>
    public string Training => Path.Combine(_folder.FullName, "training");

    public string Jobs => Path.Combine(Training, "jobs");

    /// <summary>The base: a copy of the seed model's file.</summary>
    public string Model => Path.Combine(_folder.FullName, ModelHostFixture.ChatModel + ".gguf");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Hyperparameters with which the seed model learns quickly; more may be added behind them.</summary>
    public const string Quick = "\"learning_rate\": 0.005, \"n_epochs\": 2, \"batch_size\": 8";

    /// <summary>Dialogues in OpenAI's form.</summary>
    public static string Dialogues => string.Concat(from name in Names from place in Places select Row(name, place));

    public async ValueTask InitializeAsync()
    {
        File.Copy(ModelHostFixture.ChatModelPath, Model);
        Host = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await TestFolders.DeleteAsync(_folder.FullName);
    }

    /// <summary>Kills the service, and starts it on the same folders.</summary>
    /// <param name="meanwhile">Done while nothing runs.</param>
    public async Task RestartAsync(Action? meanwhile = null)
    {
        await Host.KillAsync();
        await Host.DisposeAsync();
        meanwhile?.Invoke();
        Host = await StartAsync();
    }

    public async Task<string> UploadAsync(string text, string name = "rows.jsonl")
    {
        using var form = new MultipartFormDataContent();
        using var file = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        using var purpose = new StringContent("fine-tune");
        form.Add(file, "file", name);
        form.Add(purpose, "purpose");
        using var response = await Http.PostAsync(new Uri("/v1/files", UriKind.Relative), form, Cancellation);
        var body = await Calls.ReadAsync(response);
        Assert.True(response.StatusCode == HttpStatusCode.OK, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    /// <summary>Makes a job.</summary>
    /// <param name="parameters">Of supervised learning.</param>
    /// <param name="more">Further fields, each with a comma before it.</param>
    public async Task<string> StartJobAsync(string file, string parameters = Quick, string more = "")
    {
        var job = await Http.PostOkAsync("/v1/fine_tuning/jobs", "{\"model\": \"seed-chat\", \"seed\": 7, \"training_file\": \"" + file + "\", \"method\": {\"type\": \"supervised\", \"supervised\": {\"hyperparameters\": {" + parameters + "}}}" + more + "}");
        return job.GetProperty("id").GetString()!;
    }

    public Task<JsonElement> JobAsync(string id) => Http.GetOkAsync($"/v1/fine_tuning/jobs/{id}");

    /// <summary>Waits until a job is as it should be.</summary>
    public async Task<JsonElement> UntilAsync(string id, Func<JsonElement, bool> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        JsonElement job;
        while (!holds(job = await JobAsync(id)))
        {
            Assert.False(Status(job) == "failed", job.GetProperty("error").ToString());
            await Task.Delay(20, deadline.Token);
        }

        return job;
    }

    public Task<JsonElement> UntilAsync(string id, string status) => UntilAsync(id, job => Status(job) == status);

    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string body = "{}") => await Http.PostAsync(path, body);

    public static string Status(JsonElement job) => job.GetProperty("status").GetString()!;

    public static int Step(JsonElement job) => job.GetProperty("progress").GetProperty("step").GetInt32();

    private Task<ModelHostFixture> StartAsync() => ModelHostFixture.StartAsync(
        ("Engine:ChatModel", Model), ("Training:Directory", Training), ("Training:RunnerPatience", "00:00:03"), ("Training:LongestHold", "00:00:02"), ("Engine:AdapterDirectory", Path.Combine(_folder.FullName, "adapters")), ("Training:Threads", "1"));

    private static string Row(string name, string place) => JsonSerializer.Serialize(new { messages = new[] { new { role = "user", content = $"Where does {name} work?" }, new { role = "assistant", content = $"With pleasure: {name} works at {place}." } } }) + "\n";
}
