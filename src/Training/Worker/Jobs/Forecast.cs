using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.ModelHost.Native.Gguf;
using Platform.ModelHost.Native.Tensors;
using Platform.Training.Graph;

namespace Platform.Training.Jobs;

/// <summary>What a job would take, before it is started.</summary>
/// <param name="BaseBytes">Frozen weights and their transposed copies.</param>
/// <param name="AdapterBytes">Trained weights, gradients and moments.</param>
/// <param name="GraphBytes">Activations of the largest batch.</param>
/// <param name="RowBytes">Tokens and weights of all rows, those of the evaluation too.</param>
/// <param name="LoadBytes">Copies of the largest matrix while the model is loaded, before there are graphs.</param>
/// <param name="TotalBytes">The most at once.</param>
/// <param name="Tokens">That would be read, padding left out.</param>
/// <param name="Seconds">From the speed of one product measured now; other work on the machine and the shape of the texts may double it.</param>
/// <param name="EvaluateEvery">Steps between evaluations.</param>
/// <param name="CheckpointEvery">Steps between checkpoints.</param>
public sealed record Forecast(long BaseBytes, long AdapterBytes, long GraphBytes, long RowBytes, long LoadBytes, long TotalBytes, int Steps, long Tokens, double Seconds, int EvaluateEvery, int CheckpointEvery)
{
    private const int ProbeTokens = 128, TokenBytes = sizeof(int) + sizeof(float), FloatCopies = 2;

    /// <summary>Measures the graphs of the first epoch without computing them.</summary>
    /// <returns>JSON.</returns>
    /// <exception cref="TrainingException">The job is refused.</exception>
    internal static string Of(JobFolder folder, TimeProvider time)
    {
        using var site = JobSite.Outline(folder);
        var steps = Math.Min(site.Steps, site.Order.StepsAnEpoch);
        var shapes = Enumerable.Range(1, steps).SelectMany(step => site.Learning.Shapes(site.Order.At(step))).ToArray();
        var graph = shapes.Distinct().Max(shape => Measure(site, shape));
        var tokens = (long)(site.Learning.Tokens * ((double)site.Steps / site.Order.StepsAnEpoch));
        var padded = shapes.Sum(s => (long)s.AllTokens) * ((double)site.Steps / steps);
        var rows = TokenBytes * (site.Learning.Tokens + (site.Validation?.Tokens ?? 0));
        var load = Load(site);
        var total = site.Model.Bytes + Math.Max(load, site.Adapter.Bytes + graph + rows);
        var forecast = new Forecast(site.Model.Bytes, site.Adapter.Bytes, graph, rows, load, total, site.Steps, tokens, padded * Work(site) / Speed(site, time), site.EvaluateEvery, site.CheckpointEvery);
        return JsonSerializer.Serialize(forecast, ForecastJson.Default.Forecast);
    }

    /// <summary>The largest matrix as it lies in the file, as floats, and as floats in another order.</summary>
    private static long Load(JobSite site) => site.Settings.Precision == Precision.Exact ? 0 : GgufReader.Read(site.Settings.Model).Tensors.Max(t => t.Bytes + FloatCopies * sizeof(float) * t.Shape.Aggregate(1L, (a, b) => a * b));

    private static long Measure(JobSite site, Bucket shape)
    {
        using var graph = new TrainingGraph(site.Model, new GraphPlan(shape, site.Adapter, Backward: true, site.Settings.Checkpointing));
        return graph.Measure();
    }

    /// <summary>Operations a token: two a weight forward, and two back down to the lowest layer that is trained; what is beside the weights, a third more. DPO passes forward twice.</summary>
    internal static double Work(JobSite site)
    {
        var shape = site.Model.Shape;
        var (layer, head) = (ProjectionNames.All.Sum(p => (double)shape.SizeOf(p).In * shape.SizeOf(p).Out), (double)shape.Width * shape.Vocabulary / 2);
        var (all, trained) = (shape.Layers * layer + head, (shape.Layers - site.Adapter.FirstLayer) * layer + head);
        var (forward, back) = (site.Settings.Method == TrainingMethod.Dpo ? 4 : 2, site.Settings.Checkpointing ? 4 : 2);
        return (forward * all + back * trained) * 4 / 3;
    }

    /// <summary>Operations a second of a product as the model has them.</summary>
    private static double Speed(JobSite site, TimeProvider time)
    {
        var (length, rows) = site.Model.Shape.SizeOf(Projection.Up);
        using var arena = TensorArena.Create(4, graphNodes: 4);
        using var memory = GraphMemory.Create(site.Backend);
        var matrix = site.Model.Layers[0].Matrices[(int)Projection.Up];
        var (weights, input) = (arena.Input("weights", matrix.Weight.Type, length, rows), arena.Input("input", TensorType.F32, length, ProbeTokens));
        var graph = new ComputeGraph(arena, 4);
        graph.Add(new Products(arena, site.Backend.HasPanels).Forward(matrix with { Weight = weights, Bias = null }, input).Keep());
        memory.Place(graph);
        weights.WriteBytes(new byte[weights.Bytes]);
        input.Write(new float[length * ProbeTokens]);
        site.Backend.Compute(graph); // the first touches the memory
        var (started, count) = (time.GetTimestamp(), 0);
        do
        {
            site.Backend.Compute(graph);
            count++;
        }
        while (time.GetElapsedTime(started) < TimeSpan.FromMilliseconds(50));
        return 2.0 * length * rows * ProbeTokens * count / time.GetElapsedTime(started).TotalSeconds;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Forecast))]
internal sealed partial class ForecastJson : JsonSerializerContext;
