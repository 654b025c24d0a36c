namespace Platform.Agents.Tests;

public sealed class KnownZoneTests
{
    [Theory]
    [InlineData("Asia/Shanghai", true)]
    [InlineData("UTC", true)]
    [InlineData("America/Argentina/Buenos_Aires", true)]
    [InlineData("/dev/zero", false)]
    [InlineData("Europe/../Europe/Berlin", false)]
    [InlineData("../../dev/zero", false)]
    [InlineData("Nowhere/Land", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_what_is_the_name_of_a_zone_is_looked_for(string? name, bool isZone) => Assert.Equal(isZone, KnownZone.Find(name) is not null);
}
