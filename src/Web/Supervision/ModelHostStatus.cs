namespace Platform.Web.Supervision;

/// <summary>The model host's state, for pages and health checks. Written by whoever watches it.</summary>
public sealed class ModelHostStatus
{
    private volatile ModelHostState current = new(ModelHostPhase.Starting);

    /// <summary>Raised on the watcher's thread after each change.</summary>
    public event Action? Changed;

    public ModelHostState Current => current;

    public void Set(ModelHostState state)
    {
        if (current != state)
        {
            current = state;
            Changed?.Invoke();
        }
    }

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
}
