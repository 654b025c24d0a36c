using Platform.ModelHost.Engine.Generation.Memory;
using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Engine.Tests.Scheduling;

/// <summary>What is kept for prompts to come, within its limit and the ledger's.</summary>
public sealed class PrefixShelfTests
{
    [Fact]
    public void Where_the_ledger_has_no_room_fewer_are_kept_and_never_more_than_there_is()
    {
        var ledger = new MemoryLedger(100);
        var shelf = new PrefixShelf(1_000, new MemoryShare(ledger, "model", "prefixes").TrySet);
        for (var i = 1; i <= 3; i++) { Assert.True(shelf.TryPut(new ShelvedPrefix("", [i], new byte[40], LastUsed: i))); }
        Assert.Equal((2, 20L), (shelf.Tokens, ledger.Report.FreeBytes));
        Assert.Equal(0, shelf.Longest([1], "", canCut: true).Shared); // the longest unused went
        Assert.False(shelf.TryPut(new ShelvedPrefix("", [4], new byte[101], LastUsed: 4)));
        Assert.Equal((0, 100L), (shelf.Tokens, ledger.Report.FreeBytes));
    }
}
