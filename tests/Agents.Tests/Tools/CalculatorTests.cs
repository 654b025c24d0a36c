using System.Text.Json;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Calculating;
using Platform.Retrieval.Access;

namespace Platform.Agents.Tests.Tools;

public sealed class CalculatorTests
{
    [Theory]
    [InlineData("1 + 2 * 3", "7")]
    [InlineData("(27 - 25) * 8", "16")]
    [InlineData("0.1 + 0.2", "0.3")]
    [InlineData("1,250.50 * 4", "5002")]
    [InlineData("12% of 1,250", "150")]
    [InlineData("50%", "0.5")]
    [InlineData("17 % 5", "2")]
    [InlineData("17 mod 5", "2")]
    [InlineData("-2 ^ 2", "-4")]
    [InlineData("2 ^ 3 ^ 2", "512")]
    [InlineData("2 ** 10", "1024")]
    [InlineData("2 ^ -2", "0.25")]
    [InlineData("--3 - -2", "5")]
    [InlineData("1e3 + .5", "1000.5")]
    [InlineData("7 × 8 ÷ 4 − 1", "13")]
    [InlineData("（３＋４）＊２", "14")]
    [InlineData("round(2.345, 2)", "2.35")]
    [InlineData("round(-2.5)", "-3")]
    [InlineData("max(3,700)", "700")]
    [InlineData("max((3,700), 1)", "3700")]
    [InlineData("sum(1, 2, 3.5) + avg(2, 4) + abs(-1)", "10.5")]
    [InlineData("sqrt(2.25)", "1.5")]
    [InlineData("√(16) + floor(2.7) + ceil(2.1)", "9")]
    [InlineData("99999999999999999999 + 1", "100000000000000000000")]
    [InlineData("10 / 4", "2.5")]
    public void A_value_that_has_an_end_is_exact(string expression, string expected)
    {
        var value = Calculation.Of(expression);
        Assert.Equal((expected, true), (value.ToString(), value.IsExact));
    }

    [Theory]
    [InlineData("1 / 3", "0.33333333333333")]
    [InlineData("1 / 3 * 3", "1")]
    [InlineData("2 ^ 0.5", "1.4142135623731")]
    [InlineData("10 ^ 40", "1E+40")]
    [InlineData("sin(pi / 2)", "1")]
    [InlineData("ln(e)", "1")]
    public void A_value_without_end_says_that_it_is_rounded(string expression, string expected)
    {
        var value = Calculation.Of(expression);
        Assert.Equal((expected, false), (value.ToString(), value.IsExact));
    }

    [Theory]
    [InlineData("", 0, "ends where a number was wanted")]
    [InlineData("1 +", 3, "ends where a number was wanted")]
    [InlineData("1 + * 2", 4, "a number was wanted, but there is \"* 2\"")]
    [InlineData("2 (3)", 2, "an operator or the end was wanted")]
    [InlineData("(1 + 2", 6, "A ) is missing")]
    [InlineData("1,25 + 1", 1, "there is \",25 + 1\"")]
    [InlineData("1.2.3", 0, "is no number")]
    [InlineData("1 / (2 - 2)", 2, "divides by zero")]
    [InlineData("5 mod 0", 2, "divides by zero")]
    [InlineData("0 ^ -1", 2, "divides by zero")]
    [InlineData("sqrt(-1)", 0, "no value among the real numbers")]
    [InlineData("(-8) ^ 0.5", 5, "no value among the real numbers")]
    [InlineData("9 ^ 9999", 2, "too large")]
    [InlineData("2 ^ 10001", 2, "the limit is 10,000")]
    [InlineData("import(os)", 0, "\"os\" is not known")]
    [InlineData("round(1, 16)", 0, "0 to 15 places")]
    [InlineData("abs(1, 2)", 0, "abs takes one value")]
    public void A_fault_names_its_place(string expression, int position, string message)
    {
        var wrong = Assert.Throws<CalculationException>(() => Calculation.Of(expression));
        Assert.Contains(message, wrong.Message, StringComparison.Ordinal);
        if (message.StartsWith("\"os\"", StringComparison.Ordinal))
            position = 7;
        Assert.Equal(position, wrong.Position);
    }

    [Fact]
    public void Depth_and_length_have_limits()
    {
        Assert.Contains("nested deeper than 64", Assert.Throws<CalculationException>(() => Calculation.Of(new string('(', 500) + "1")).Message, StringComparison.Ordinal);
        Assert.Contains("nested deeper than 64", Assert.Throws<CalculationException>(() => Calculation.Of(string.Concat(Enumerable.Repeat("2^", 400)) + "1")).Message, StringComparison.Ordinal);
        Assert.Contains("the limit is 1,000", Assert.Throws<CalculationException>(() => Calculation.Of(new string('1', 1_001))).Message, StringComparison.Ordinal);
        Assert.Equal("1", Calculation.Of(new string('√', 999) + "1").ToString());
    }

    [Fact]
    public async Task The_tool_says_the_value_or_where_the_fault_is()
    {
        Assert.Equal("27 - 25 = 2", (await CallAsync("27 - 25")).Text);
        var wrong = await CallAsync("27 - x");
        Assert.True(wrong.IsError);
        Assert.Contains("character 6 of \"27 - x\"", wrong.Text, StringComparison.Ordinal);
    }

    private static Task<ToolOutcome> CallAsync(string expression) =>
        new CalculatorTool().RunAsync(JsonSerializer.SerializeToElement(new { expression }), new ToolScope(new Caller("ana", false), Guid.NewGuid(), []), TestContext.Current.CancellationToken);
}
