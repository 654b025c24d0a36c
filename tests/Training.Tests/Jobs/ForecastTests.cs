using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Training.Jobs;

namespace Platform.Training.Tests.Jobs;

/// <summary>What a job would take is said before anything is loaded.</summary>
public sealed class ForecastTests
{
    [Fact]
    public void A_forecast_says_the_memory_that_training_then_takes()
    {
        using var bench = new JobBench();
        var forecast = Of(bench);
        using var site = JobSite.Open(bench.Folder, TestContext.Current.CancellationToken);
        for (var step = 1; step <= site.Order.StepsAnEpoch; step++) { site.Learning.Learn(site.Order.At(step), step, 1, () => { }); }
        Assert.InRange((double)forecast["graph_bytes"]! / site.Shelf.Bytes, 0.8, 1.25);
        Assert.Equal(site.Model.Bytes, (long)forecast["base_bytes"]!);
        Assert.Equal(site.Adapter.Bytes, (long)forecast["adapter_bytes"]!);
        Assert.Equal(8 * (site.Learning.Tokens + site.Validation!.Tokens), (long)forecast["row_bytes"]!);
        Assert.Equal(96 * 64 * (4 + 8), (long)forecast["load_bytes"]!); // embeddings: as they lie, as floats, and turned
        Assert.Equal((long)forecast["base_bytes"]! + Math.Max((long)forecast["load_bytes"]!, (long)forecast["adapter_bytes"]! + (long)forecast["graph_bytes"]! + (long)forecast["row_bytes"]!), (long)forecast["total_bytes"]!);
        Assert.Equal(40, (int)forecast["steps"]!);
        Assert.Equal(4 * site.Learning.Tokens, (long)forecast["tokens"]!);
        Assert.True((double)forecast["seconds"]! > 0);
    }

    [Fact]
    public void Computing_activations_again_is_forecast_to_take_less_memory()
    {
        using var kept = new JobBench(new SyntheticModel { Layers = 6 });
        using var again = new JobBench(new SyntheticModel { Layers = 6 }, s => s["checkpointing"] = true);
        Assert.True((long)Of(again)["graph_bytes"]! < 0.6 * (long)Of(kept)["graph_bytes"]!);
    }

    [Fact]
    public void Training_the_last_layers_only_is_forecast_to_take_less_of_everything()
    {
        using var all = new JobBench(new SyntheticModel { Layers = 8 });
        using var last = new JobBench(new SyntheticModel { Layers = 8 }, s => s["lora"] = new JsonObject { ["last_layers"] = 1 });
        var (more, less) = (Of(all), Of(last));
        Assert.Equal((long)more["adapter_bytes"]! / 8.0, (long)less["adapter_bytes"]!, (long)more["adapter_bytes"]! / 100.0);
        Assert.True((long)less["graph_bytes"]! < 0.6 * (long)more["graph_bytes"]!, $"{less["graph_bytes"]} of {more["graph_bytes"]}");
        using var whole = JobSite.Outline(all.Folder);
        using var part = JobSite.Outline(last.Folder);
        Assert.InRange(Forecast.Work(part) / Forecast.Work(whole), 0.4, 0.75);
    }

    private static JsonNode Of(JobBench bench) => JsonNode.Parse(Forecast.Of(bench.Folder, TimeProvider.System)) ?? throw new JsonException("no forecast");
}
