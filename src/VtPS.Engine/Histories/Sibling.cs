namespace VtPS.Engine.Histories;

/// <summary>One value of a part of an entry, and the change that wrote it. There are several where changes knew nothing of each other.</summary>
internal readonly record struct Sibling<T>(Dot Dot, T Value);
