namespace VtPS.Engine.IO;

/// <summary>One extended attribute: its whole name, such as <c>user.mime_type</c> or <c>security.capability</c>, and its value, both as bytes.</summary>
internal readonly record struct ExtendedAttribute(byte[] Name, byte[] Value);
