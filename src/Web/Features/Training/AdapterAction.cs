namespace Platform.Web.Features.Training;

/// <summary>What can be done with a version of an adapter.</summary>
public enum AdapterAction { Promote, Share, RollBack, Measure, CompareAgain, Golden, Merge, Delete, Numbers, MeasureBy, Retire }
