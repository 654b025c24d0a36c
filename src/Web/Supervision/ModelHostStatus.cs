namespace Platform.Web.Supervision;

/// <summary>The state of the model hosts together, for pages and health checks: ready when one is. Written by whoever watches them.</summary>
public sealed class ModelHostStatus
{
    private readonly Lock gate = new();
    private ModelHostState? own, others;
    private volatile ModelHostState current = new(ModelHostPhase.Starting);

    /// <summary>Raised on the watcher's thread after each change.</summary>
    public event Action? Changed;

    public ModelHostState Current => current;

    /// <summary>What the supervised model host does.</summary>
    public void Set(ModelHostState state) => Change(() => own = state);

    /// <summary>What the engines do that somebody else runs.</summary>
    public void SetOthers(ModelHostState state) => Change(() => others = state);

    /// <summary>The first state that the condition holds for, from now on.</summary>
    public async Task<ModelHostState> WaitForAsync(Func<ModelHostState, bool> condition, CancellationToken cancellation)
    {
        var met = new TaskCompletionSource<ModelHostState>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look()
        {
            var state = current;
            if (condition(state))
            {
                met.TrySetResult(state);
            }
        }

        Changed += Look;
        try
        {
            Look();
            return await met.Task.WaitAsync(cancellation);
        }
        finally
        {
            Changed -= Look;
        }
    }

    private void Change(Action change)
    {
        lock (gate)
        {
            change();
            var together = (own, others) switch
            {
                ({ } one, null) => one,
                (null, { } all) => all,
                ({ Phase: ModelHostPhase.Ready } one, _) => one,
                (_, { Phase: not ModelHostPhase.Down } all) => all,
                ({ Phase: ModelHostPhase.Starting } one, _) => one,
                ({ } one, { } all) => one with { Reason = $"{one.Reason} {all.Reason}", Final = false }, // another may still come
                _ => current,
            };
            if (current == together)
            {
                return;
            }

            current = together;
        }

        Changed?.Invoke();
    }
}
