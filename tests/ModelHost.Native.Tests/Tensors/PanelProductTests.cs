using Platform.ModelHost.Native.Tensors;

namespace Platform.ModelHost.Native.Tests.Tensors;

/// <summary>Products by kernels of ours against plain ones in double precision. Errors are told as shares of |left| · |right|, the lengths of the two lines that are multiplied.</summary>
public sealed class PanelProductTests
{
    private const double FloatError = 2e-6, ShortError = 3e-4;

    /// <summary>Lanes, rows and k below, at and above what a tile, a panel, a block and a part of the work hold.</summary>
    public static TheoryData<int, int, int> Sizes => new()
    {
        { 1, 1, 1 }, { 5, 3, 7 }, { 16, 8, 32 }, { 48, 8, 64 }, { 49, 9, 65 }, { 100, 17, 31 }, { 33, 8, 97 }, { 80, 24, 160 }, { 784, 11, 530 }, { 17, 1_029, 40 }, { 64, 16, 1_100 },
    };

    [Theory, MemberData(nameof(Sizes))]
    public void Products_of_floats_are_exact_whichever_way_either_side_lies(int lanes, int rows, int k)
    {
        foreach (var (isLeftTurned, isRightTurned) in (ReadOnlySpan<(bool, bool)>)[(false, false), (true, false), (false, true), (true, true)])
        {
            Check(TensorType.F32, lanes, rows, k, isLeftTurned, isRightTurned, isShort: false, threads: 1);
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Products_in_whole_numbers_are_nearly_exact(int lanes, int rows, int k)
    {
        Check(TensorType.F32, lanes, rows, k, isLeftTurned: false, isRightTurned: false, isShort: true, threads: 1);
        Check(TensorType.F32, lanes, rows, k, isLeftTurned: true, isRightTurned: false, isShort: true, threads: 1);
    }

    /// <summary>A matrix of 256 by 256 is one block of a K-quant a row: its strides alone do not tell which way it lies.</summary>
    [Theory]
    [InlineData(TensorType.F16)]
    [InlineData(TensorType.BF16)]
    [InlineData(TensorType.Q8)]
    [InlineData(TensorType.Q4)]
    [InlineData(TensorType.Q4K)]
    [InlineData(TensorType.Q6K)]
    public void Weights_of_any_type_are_read_both_ways(TensorType type)
    {
        foreach (var isShort in (bool[])[false, true])
        {
            Check(type, 256, 20, 256, isLeftTurned: false, isRightTurned: false, isShort, threads: 1);
            Check(type, 256, 20, 256, isLeftTurned: true, isRightTurned: false, isShort, threads: 1);
            Check(type, 1_024, 9, 768, isLeftTurned: true, isRightTurned: false, isShort, threads: 1);
        }
    }

    /// <summary>Lanes, rows and k around what blocks of Q8, panels and vectors hold; numbers that lie in order are a multiple of 32.</summary>
    [Theory]
    [InlineData(1, 32)]
    [InlineData(17, 96)]
    [InlineData(33, 64)]
    [InlineData(70, 544)]
    public void Q8_weights_become_whole_numbers_without_floats_between(int odd, int whole)
    {
        Check(TensorType.Q8, odd, 11, whole, isLeftTurned: false, isRightTurned: false, isShort: true, threads: 1);
        Check(TensorType.Q8, whole, 11, odd, isLeftTurned: true, isRightTurned: false, isShort: true, threads: 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Several_threads_give_the_same_to_the_bit(bool isShort) =>
        Assert.Equal(Check(TensorType.F32, 100, 77, 200, false, false, isShort, threads: 1), Check(TensorType.F32, 100, 77, 200, false, false, isShort, threads: 3));

    [Fact]
    public void Matrices_side_by_side_share_a_left_one_and_a_second_pair_is_added()
    {
        OperationSite.NeedOurs();
        const int lanes = 20, rows = 9, k = 12, rank = 5, matrices = 4;
        using var site = new OperationSite(1);
        var (left, right) = (site.Input("left", lanes * k * 2, k, lanes, 2), site.Input("right", rows * k * matrices, k, rows, matrices));
        var (also, with) = (site.Input("also", lanes * rank, rank, lanes), site.Input("with", rows * rank * matrices, rank, rows, matrices));
        var found = site.Compute(arena => arena.PanelProduct(left.Tensor, right.Tensor, second: (also.Tensor, with.Tensor)));
        for (var at = 0; at < found.Length; at++)
        {
            var (lane, row, matrix) = (at % lanes, at / lanes % rows, at / lanes / rows);
            var expected = Enumerable.Range(0, k).Sum(i => (double)left.Numbers[(matrix / 2 * lanes + lane) * k + i] * right.Numbers[(matrix * rows + row) * k + i])
                + Enumerable.Range(0, rank).Sum(i => (double)also.Numbers[lane * rank + i] * with.Numbers[(matrix * rows + row) * rank + i]);
            Assert.Equal(expected, found[at], 1e-5);
        }
    }

    /// <summary>Training must see what went wrong, and where numbers are too small for a scale they are nothing.</summary>
    [Theory]
    [InlineData(float.NaN, double.NaN)]
    [InlineData(float.PositiveInfinity, double.NaN)]
    [InlineData(0f, 0)]
    [InlineData(1e-40f, 0)]
    public void What_is_no_number_spoils_its_row_and_nothing_is_nothing(float number, double expected)
    {
        OperationSite.NeedOurs();
        const int lanes = 16, rows = 3, k = 70;
        using var site = new OperationSite(1);
        var (left, right) = (site.Input("left", lanes * k, k, lanes), site.Input("right", rows * k, k, rows));
        Array.Fill(right.Numbers, number == 0 || float.IsSubnormal(number) ? number : 1, k, k);
        right.Numbers[k + 3] = number;
        var found = site.Compute(arena => arena.PanelProduct(left.Tensor, right.Tensor, isShort: true));
        Assert.All(found[lanes..(2 * lanes)], x => Assert.Equal(expected, x));
        Assert.All(found[..lanes], x => Assert.True(float.IsFinite(x) && x != 0));
    }

    private static float[] Check(TensorType type, int lanes, int rows, int k, bool isLeftTurned, bool isRightTurned, bool isShort, int threads)
    {
        OperationSite.NeedOurs();
        using var site = new OperationSite(threads);
        var left = isLeftTurned ? site.Input("left", lanes * k, lanes, k, 1, type) : site.Input("left", lanes * k, k, lanes, 1, type);
        var right = isRightTurned ? site.Input("right", rows * k, rows, k) : site.Input("right", rows * k, k, rows);
        var found = site.Compute(arena => arena.PanelProduct(left.Tensor, isRightTurned ? arena.Transpose(right.Tensor) : right.Tensor, isShort, isLeftTurned));
        Assert.Equal(lanes * rows, found.Length);
        var rights = Enumerable.Range(0, rows).Select(row => Line(right.Numbers, row, rows, k, isRightTurned)).ToArray();
        for (var lane = 0; lane < lanes; lane++)
        {
            var (one, length) = Line(left.Numbers, lane, lanes, k, isLeftTurned);
            for (var row = 0; row < rows; row++)
            {
                var expected = 0.0;
                for (var i = 0; i < k; i++) { expected += (double)one[i] * rights[row].Numbers[i]; }
                var error = Math.Abs(expected - found[row * lanes + lane]) / (length * rights[row].Length);
                Assert.True(error <= (isShort ? ShortError : FloatError), $"{type} [{lanes}, {rows}, {k}] turned {isLeftTurned} {isRightTurned}, lane {lane}, row {row}: error {error:g3}");
            }
        }
        return found;
    }

    private static (float[] Numbers, double Length) Line(float[] numbers, int line, int lines, int k, bool isTurned)
    {
        var one = new float[k];
        for (var i = 0; i < k; i++) { one[i] = isTurned ? numbers[i * lines + line] : numbers[line * k + i]; }
        return (one, Math.Sqrt(one.Sum(x => (double)x * x)));
    }
}
