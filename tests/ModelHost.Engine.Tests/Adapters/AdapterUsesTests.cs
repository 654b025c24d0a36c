using Platform.ModelHost.Engine.Adapters;

namespace Platform.ModelHost.Engine.Tests.Adapters;

public sealed class AdapterUsesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("adapter-uses-").FullName;
    private readonly Clock clock = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void When_a_version_was_asked_for_outlives_a_restart_and_is_written_once_a_minute_at_most()
    {
        var (begin, file) = (clock.Now, new AdapterFile("legal", 1, Path.Combine(folder, "1.gguf")));
        AdapterUses uses = new(clock);
        Assert.Null(uses.At(file));
        uses.Note(file);
        clock.Now += TimeSpan.FromSeconds(59);
        uses.Note(file);
        Assert.Equal(begin + TimeSpan.FromSeconds(59), uses.At(file));
        Assert.Equal(begin, new AdapterUses(clock).At(file)); // the last minute is forgotten
        clock.Now += TimeSpan.FromSeconds(1);
        uses.Note(file);
        Assert.Equal(begin + TimeSpan.FromMinutes(1), AdapterUses.KeptOf(file));

        AdapterUses.Forget(file);
        Assert.Null(new AdapterUses(clock).At(file));
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void Where_nothing_can_be_written_or_what_was_written_is_damaged_nothing_breaks()
    {
        AdapterFile file = new("legal", 1, Path.Combine(folder, "gone", "1.gguf"));
        AdapterUses uses = new(clock);
        uses.Note(file);
        Assert.Equal((clock.Now, null), (uses.At(file), AdapterUses.KeptOf(file)));
        AdapterFile damaged = new("legal", 2, Path.Combine(folder, "2.gguf"));
        new AdapterUses(clock).Note(damaged);
        var kept = Assert.Single(Directory.GetFiles(folder));
        File.WriteAllText(kept, File.ReadAllText(kept)[..5]);
        Assert.Null(AdapterUses.KeptOf(damaged));
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
