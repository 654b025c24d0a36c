using Microsoft.JSInterop;
using Platform.Web.Layout;

namespace Platform.Web.Tests.Layout;

public sealed class BrowserScriptTests
{
    [Fact]
    public async Task A_script_that_cannot_be_tied_keeps_neither_the_module_nor_the_page()
    {
        var browser = new BrowserSide { Refuses = true };
        await Assert.ThrowsAsync<JSException>(() => BrowserScript.AttachAsync(browser, "chat", default, page: this));
        Assert.True(browser.Module.LetGo);
        Assert.Throws<ObjectDisposedException>(() => browser.Page!.Value);
    }

    [Fact]
    public async Task A_component_that_left_the_page_meanwhile_ends_as_one_that_was_cancelled()
    {
        var browser = new BrowserSide { Refuses = true, IsElementGone = true };
        await Assert.ThrowsAsync<OperationCanceledException>(() => BrowserScript.AttachAsync(browser, "chat", default, page: this));
        Assert.True(browser.Module.LetGo);
    }

    [Fact]
    public async Task Letting_a_script_go_detaches_it_and_frees_the_page_also_when_the_browser_has_left()
    {
        var browser = new BrowserSide();
        await (await BrowserScript.AttachAsync(browser, "chat", default, page: this)).DisposeAsync();
        Assert.Equal(["attach", "detach"], browser.Calls);
        Assert.True(browser.Module.LetGo);
        Assert.Throws<ObjectDisposedException>(() => browser.Page!.Value);

        var left = new BrowserSide();
        var script = await BrowserScript.AttachAsync(left, "chat", default, page: this);
        left.HasLeft = true;
        await script.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => left.Page!.Value);
    }

    /// <summary>The browser's end of the line.</summary>
    private sealed class BrowserSide : IJSRuntime
    {
        public BrowserSide() => Module = new(this);

        public bool Refuses { get; init; }

        public bool IsElementGone { get; init; }

        public bool HasLeft { get; set; }

        public Reference Module { get; }

        public List<string> Calls { get; } = [];

        public DotNetObjectReference<BrowserScriptTests>? Page { get; private set; }

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => InvokeAsync<TValue>(identifier, CancellationToken.None, args);

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args)
        {
            if (identifier == "Boolean")
            {
                return ValueTask.FromResult((TValue)(object)!IsElementGone);
            }
            Assert.Equal("import", identifier);
            return ValueTask.FromResult((TValue)(object)Module);
        }

        private TValue Answer<TValue>(string function, object?[]? args)
        {
            if (HasLeft)
            {
                throw new JSDisconnectedException("The circuit has ended.");
            }
            Calls.Add(function);
            Page = args?.OfType<DotNetObjectReference<BrowserScriptTests>>().SingleOrDefault() ?? Page;
            return Refuses ? throw new JSException("attach failed") : typeof(TValue) == typeof(IJSObjectReference) ? (TValue)(object)new Reference(this) : default!;
        }

        internal sealed class Reference(BrowserSide browser) : IJSObjectReference
        {
            public bool LetGo { get; private set; }

            public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => ValueTask.FromResult(browser.Answer<TValue>(identifier, args));

            public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);

            public ValueTask DisposeAsync()
            {
                LetGo = true;
                return ValueTask.CompletedTask;
            }
        }
    }
}
