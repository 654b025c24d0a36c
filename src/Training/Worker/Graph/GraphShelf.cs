using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>The one graph that is ready, and the memory in which all compute one after the other. Building takes milliseconds, so only the memory is kept.</summary>
public sealed class GraphShelf(BaseModel model) : IDisposable
{
    private readonly GraphMemory memory = GraphMemory.Create(model.Backend);
    private TrainingGraph? ready;

    /// <summary>Bytes in which graphs compute, so far.</summary>
    public long Bytes => memory.Bytes;

    /// <summary>A graph for the plan; those given before may no longer be used.</summary>
    public TrainingGraph For(GraphPlan plan)
    {
        if (ready is not null && ready.Plan == plan) { return ready; }
        ready?.Dispose();
        ready = new TrainingGraph(model, plan);
        ready.Place(memory);
        return ready;
    }

    public void Dispose()
    {
        ready?.Dispose();
        memory.Dispose();
    }
}
