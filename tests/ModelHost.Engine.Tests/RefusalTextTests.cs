using System.Globalization;
using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests;

public sealed class RefusalTextTests
{
    [Fact]
    public void Numbers_read_the_same_whatever_the_machines_culture()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "−" } };
        try
        {
            var request = new GenerationRequest { ModelId = "m", Prompt = "a", Sampling = new SamplingOptions { PresencePenalty = -2.5f } };
            Assert.Equal("presence_penalty is -2.5; it must be -2 to 2.", Assert.Throws<EngineException>(() => RequestCheck.Check(request, vocabulary: 10)).Message);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
