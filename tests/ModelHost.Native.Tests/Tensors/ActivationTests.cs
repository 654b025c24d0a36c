namespace Platform.ModelHost.Native.Tests.Tensors;

/// <summary>Activations by kernels of ours against plain ones in double precision.</summary>
public sealed class ActivationTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(15, 3)]
    [InlineData(16, 2)]
    [InlineData(17, 16)]
    [InlineData(128, 128)]
    [InlineData(1_000, 5)]
    public void A_softmax_in_place_is_the_plain_one_with_scale_and_mask(int n, int rows)
    {
        OperationSite.NeedOurs();
        const int matrices = 2;
        const float scale = 9;
        using var site = new OperationSite(1);
        var (x, mask) = (site.Input("x", n * rows * matrices, n, rows, matrices), site.Input("mask", n * rows, n, rows));
        for (var i = 0; i < mask.Numbers.Length; i++) { mask.Numbers[i] = i % n > i / n ? float.NegativeInfinity : mask.Numbers[i] * 30; }
        var found = site.Compute(arena => arena.SoftMaxInPlace(x.Tensor, mask.Tensor, scale));
        for (var row = 0; row < rows * matrices; row++)
        {
            var powers = Enumerable.Range(0, n).Select(i => Math.Exp((double)x.Numbers[row * n + i] * scale + mask.Numbers[row % rows * n + i])).ToArray();
            for (var i = 0; i < n; i++)
            {
                var expected = powers[i] / powers.Sum();
                Assert.InRange(found[row * n + i], expected * (1 - 1e-5) - 1e-30, expected * (1 + 1e-5) + 1e-30);
            }
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_is_no_number_spoils_its_row_of_a_softmax_and_no_other(float number)
    {
        OperationSite.NeedOurs();
        const int n = 40;
        using var site = new OperationSite(1);
        var x = site.Input("x", n * 3, n, 3);
        x.Numbers[n + 7] = number;
        var found = site.Compute(arena => arena.SoftMaxInPlace(x.Tensor));
        Assert.All(found[n..(2 * n)], share => Assert.Equal(float.NaN, share));
        Assert.All(found[..n].Concat(found[(2 * n)..]), share => Assert.True(share is > 0 and < 1));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(33, 7)]
    [InlineData(96, 64)]
    public void The_gates_gradient_is_the_plain_one_far_from_zero_too(int n, int rows)
    {
        OperationSite.NeedOurs();
        using var site = new OperationSite(1);
        var (gradient, gate, up) = (site.Input("gradient", n * rows, n, rows), site.Input("gate", n * rows, n, rows), site.Input("up", n * rows, n, rows));
        for (var i = 0; i < gate.Numbers.Length; i += 3) { gate.Numbers[i] *= i % 2 == 0 ? 20 : 2_000; }
        var found = site.Compute(arena => arena.SwiGluBackward(gradient.Tensor, gate.Tensor, up.Tensor));
        for (var i = 0; i < found.Length; i++)
        {
            var (g, share) = ((double)gate.Numbers[i], 1 / (1 + Math.Exp(-(double)gate.Numbers[i])));
            Assert.Equal(gradient.Numbers[i] * up.Numbers[i] * share * (1 + g * (1 - share)), found[i], 2e-6);
        }
    }

    [Fact]
    public void Several_threads_give_the_same_activations_to_the_bit()
    {
        var (softMax, gate) = (SoftMax(3), Gate(3)); // first: memory that is given back keeps its numbers, and a part that nobody computes would find the right ones there
        Assert.Equal(SoftMax(1), softMax);
        Assert.Equal(Gate(1), gate);
    }

    private static float[] SoftMax(int threads)
    {
        OperationSite.NeedOurs();
        using var site = new OperationSite(threads);
        var x = site.Input("x", 50 * 77, 50, 77);
        return site.Compute(arena => arena.SoftMaxInPlace(x.Tensor));
    }

    private static float[] Gate(int threads)
    {
        OperationSite.NeedOurs();
        using var site = new OperationSite(threads);
        var (gradient, gate, up) = (site.Input("gradient", 50 * 77, 50, 77), site.Input("gate", 50 * 77, 50, 77), site.Input("up", 50 * 77, 50, 77));
        return site.Compute(arena => arena.SwiGluBackward(gradient.Tensor, gate.Tensor, up.Tensor));
    }
}
