namespace VtPS.Engine.Restores;

/// <summary>The owner that a file gets that this process makes in a certain directory.</summary>
internal sealed record NewOwner(uint UserId, uint GroupId);
