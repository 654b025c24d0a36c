using Platform.ModelHost.Client.Admin;
using Platform.Web.Features.Models;

namespace Platform.Web.Tests.Models;

public sealed class LoadChoiceTests
{
    private static readonly AdminModel Chat = new("chat", AdminModelState.Unloaded, null, ["chat"], null, IsPinned: false, IsDefault: false, null, 1, 1, 4096, 4096, 64, "llama", "q8_0");

    [Theory]
    [InlineData("", null)]
    [InlineData(" 2048 ", 2048)]
    [InlineData("16", 16)]
    [InlineData("262144", 262_144)]
    public void What_can_be_read_is_wanted(string typed, int? tokens)
    {
        var choice = LoadChoice.Of(Chat).WithContext(typed);
        Assert.Equal((true, tokens), (choice.IsValid, choice.Tokens));
    }

    [Theory]
    [InlineData("15")]
    [InlineData("262145")] // 64 times the training
    [InlineData("-1")]
    [InlineData("2,048")]
    [InlineData("many")]
    [InlineData("99999999999999999999")]
    public void What_cannot_be_is_wrong_and_never_taken_for_the_usual(string typed)
    {
        var choice = LoadChoice.Of(Chat).WithContext(typed);
        Assert.Equal((true, false), (choice.ContextIsWrong, choice.IsValid));
    }

    [Fact]
    public void A_base_that_was_set_by_the_api_stays_as_long_as_a_scaling_is_chosen()
    {
        var choice = LoadChoice.Of(Chat with { ChosenRope = new RopeChoice(RopeKind.Yarn, 4, 1_000_000), ChosenContext = 8192 });
        Assert.Equal(new RopeChoice(RopeKind.Yarn, 4, 1_000_000), choice.Rope);
        Assert.Equal(new RopeChoice(RopeKind.Linear, 3, 1_000_000), choice.WithKind(RopeKind.Linear).WithFactor("3").Rope);
        Assert.Equal(new RopeChoice(RopeKind.None, 1, 1_000_000), choice.WithContext("").WithKind(RopeKind.None).Rope);
        Assert.Equal(new RopeChoice(RopeKind.Yarn, 2), choice.WithKind(null).WithKind(RopeKind.Yarn).Rope);
        Assert.Null(choice.AsUsual().Base);
    }

    [Fact]
    public void Beyond_the_training_the_positions_are_stretched_as_far_as_the_context_needs()
    {
        var choice = LoadChoice.Of(Chat).WithContext("10000");
        Assert.Equal(new RopeChoice(RopeKind.Yarn, 2.5), choice.Rope);
        Assert.True(choice.WithFactor("2.4").FactorIsWrong);
        Assert.True(choice.WithFactor("65").FactorIsWrong);
        Assert.True(choice.WithFactor("x").FactorIsWrong);
        Assert.True(choice.WithFactor("2.45").IsValid);
        Assert.Null(choice.WithContext("4096").Rope);
        Assert.Equal(new RopeChoice(RopeKind.Yarn, 2.5), LoadChoice.Of(Chat with { Capabilities = ["completion", "json_schema"] }).WithContext("10000").Rope);
        var embeds = LoadChoice.Of(Chat with { Capabilities = ["embeddings"] });
        Assert.Equal((4096, true), (embeds.Most, embeds.WithContext("4097").ContextIsWrong));
    }

    [Fact]
    public void It_begins_with_how_the_model_was_loaded_last()
    {
        var choice = LoadChoice.Of(Chat with { ChosenContext = 8192, ChosenRope = new RopeChoice(RopeKind.Linear, 3) });
        Assert.Equal((8192, new RopeChoice(RopeKind.Linear, 3)), (choice.Tokens, choice.Rope));
        Assert.Equal((null, new RopeChoice(RopeKind.Linear, 3)), (choice.WithContext(null).Tokens, choice.WithContext(null).Rope));
        Assert.Equal((null, null, true), (choice.AsUsual().Tokens, choice.AsUsual().Rope, choice.AsUsual().IsUsual));
    }

    [Fact]
    public void A_scaling_that_was_chosen_stays_as_far_as_it_is_enough()
    {
        var usual = LoadChoice.Of(Chat);
        Assert.Null(usual.Rope); // as the file says
        Assert.Equal(new RopeChoice(RopeKind.None, 1), usual.WithKind(RopeKind.None).Rope);
        var linear = usual.WithKind(RopeKind.Linear);
        Assert.Equal((null, new RopeChoice(RopeKind.Linear, 2)), (linear.Tokens, linear.Rope));
        Assert.Equal(new RopeChoice(RopeKind.Linear, 6), linear.WithFactor("6").WithContext("10000").Rope);
        Assert.Equal(new RopeChoice(RopeKind.Linear, 2.5), linear.WithContext("10000").Rope);
        Assert.True(linear.WithFactor("0.5").FactorIsWrong);
        var none = usual.WithContext("10000").WithKind(null);
        Assert.Equal((true, false), (none.ScalingIsMissing, none.IsValid));
        Assert.Null(LoadChoice.Of(Chat with { Capabilities = ["embeddings"] }).WithKind(RopeKind.Yarn).Rope);
    }
}
