namespace Platform.ModelHost.Native.Tests;

public sealed class QuantizationTests
{
    [Theory]
    [InlineData("[   1/  38]                    token_embd.weight - [  192, 16384,     1,     1], type =   q8_0, converting to q4_0 .. size =", 1.0 / 38)]
    [InlineData("[  38/  38] output_norm.weight - size = 0.001 MiB", 1.0)]
    [InlineData("[ 9/ 0] nothing", null)]
    [InlineData("llama_model_quantize_impl: [1/2] elsewhere", null)]
    [InlineData("", null)]
    public void The_share_that_is_done_is_read_from_the_log(string line, double? share) => Assert.Equal(share, ModelQuantization.Share(line));
}
