using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>
/// Gives entries their recorded metadata, in the order that lets each step survive the next: owner (which clears setuid bits and capabilities),
/// mode, extended attributes (ACLs are among them; the capability last), time. Safe for use by many threads.
/// </summary>
internal sealed class MetadataWriter(RestoreContext context)
{
    private const int SetUserId = 0x800;
    private const int SetGroupId = 0x400;
    private const int InvalidArgument = 22;

    private static ReadOnlySpan<byte> Capability => "security.capability"u8;

    private static ReadOnlySpan<byte> AccessAcl => "system.posix_acl_access"u8;

    private static ReadOnlySpan<byte> DefaultAcl => "system.posix_acl_default"u8;

    /// <summary>Whether what is made in the directory gets an ACL from it.</summary>
    public static bool HasDefaultAcl(DirectoryHandle directory)
    {
        foreach (ExtendedAttribute attribute in directory.GetExtendedAttributes())
        {
            if (attribute.Name.AsSpan().SequenceEqual(DefaultAcl))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Sets everything on an entry that this restore has just made.</summary>
    /// <param name="target">The entry.</param>
    /// <param name="node">The directory that it was made in.</param>
    /// <param name="entry">What is recorded.</param>
    /// <param name="mode">The mode that it was made with, where that is sure; else -1.</param>
    /// <param name="path">For messages.</param>
    public void ApplyToNew(in MetadataTarget target, DestinationNode node, TreeEntry entry, int mode, ItemPath path)
    {
        // Everything made in one directory gets the same owner, so one look is enough for all of it.
        NewOwner? owner = node.NewOwner;
        if (owner is null)
        {
            FileStatus status = target.GetStatus();
            node.NewOwner = owner = new NewOwner(status.UserId, status.GroupId);
        }

        bool isLink = entry.Type == VtItemType.SymbolicLink;
        SetOwner(target, owner.UserId, owner.GroupId, entry, path, out int dropped);
        if (!isLink)
        {
            if (node.HasDefaultAcl)
            {
                Reconcile(target, target.GetExtendedAttributes(), [], path);
                mode = -1;
            }

            if ((entry.Mode & ~dropped) != mode)
            {
                SetMode(target, entry.Mode & ~dropped, path);
            }
        }

        if (entry.ExtendedAttributes.Length > 0)
        {
            Reconcile(target, [], entry.ExtendedAttributes, path);
        }

        target.SetModified(entry.Modified);
        if (entry.WindowsAttributes != 0)
        {
            target.Directory.SetWindowsAttributes(target.Name, entry.WindowsAttributes);
        }
    }

    /// <summary>Brings an entry that was there already, or a directory once it is filled, to what is recorded. What is right already is not touched.</summary>
    /// <param name="target">The entry.</param>
    /// <param name="status">Its status.</param>
    /// <param name="entry">What is recorded.</param>
    /// <param name="path">For messages.</param>
    /// <param name="mayHaveAttributes">Whether it can have extended attributes that are not recorded; else none are looked for.</param>
    public void Update(in MetadataTarget target, in FileStatus status, TreeEntry entry, ItemPath path, bool mayHaveAttributes)
    {
        bool given = SetOwner(target, status.UserId, status.GroupId, entry, path, out int dropped);
        int mode = entry.Mode & ~dropped;
        if (entry.Type != VtItemType.SymbolicLink && (given || status.Mode != mode))
        {
            SetMode(target, mode, path);
        }

        if (mayHaveAttributes || entry.ExtendedAttributes.Length > 0)
        {
            Reconcile(target, mayHaveAttributes ? target.GetExtendedAttributes() : [], entry.ExtendedAttributes, path);
        }

        // A directory's time has changed with every name that was made in it, whatever its status said before.
        if (entry.Type == VtItemType.Directory || status.Modified != entry.Modified)
        {
            target.SetModified(entry.Modified);
        }

        if (entry.WindowsAttributes != status.WindowsAttributes)
        {
            target.Directory.SetWindowsAttributes(target.Name, entry.WindowsAttributes);
        }
    }

    /// <returns>Whether the owner was changed.</returns>
    private bool SetOwner(in MetadataTarget target, uint user, uint group, TreeEntry entry, ItemPath path, out int dropped)
    {
        dropped = 0;
        uint wantedUser = context.Owners.GetUserId(entry);
        uint wantedGroup = context.Owners.GetGroupId(entry);
        if (wantedUser == user && wantedGroup == group)
        {
            return false;
        }

        uint newUser = context.Owners.IsUserDenied(wantedUser) ? user : wantedUser;
        uint newGroup = context.Owners.IsGroupDenied(wantedGroup) ? group : wantedGroup;
        bool changed = false;
        if ((newUser != user || newGroup != group) && !(changed = TrySetOwner(target, newUser, newGroup)))
        {
            // Two that were refused together: one of them may be allowed alone, such as another group of the user's own.
            bool both = newUser != user && newGroup != group;
            if (newUser != user && !(both && (changed = TrySetOwner(target, newUser, group))))
            {
                context.Owners.DenyUser(wantedUser);
                newUser = user;
            }

            if (newGroup != group)
            {
                if (both && TrySetOwner(target, newUser, newGroup))
                {
                    changed = true;
                }
                else
                {
                    context.Owners.DenyGroup(wantedGroup);
                    newGroup = group;
                }
            }
        }

        // A program must not run with the rights of an owner that nobody gave it.
        dropped = (newUser != wantedUser ? SetUserId : 0) | (newGroup != wantedGroup && entry.Type != VtItemType.Directory ? SetGroupId : 0);
        if (newUser != wantedUser || newGroup != wantedGroup)
        {
            context.Warnings.OwnerNotSet(path.ToString());
        }

        return changed;
    }

    private static bool TrySetOwner(in MetadataTarget target, uint user, uint group)
    {
        try
        {
            target.SetOwner(user, group);
            return true;
        }
        catch (FileSystemException e) when (e.Reason is FileSystemReason.Denied or FileSystemReason.NotSupported || e.ErrorNumber == InvalidArgument)
        {
            // EINVAL: a number that this user namespace does not map.
            return false;
        }
    }

    private void SetMode(in MetadataTarget target, int mode, ItemPath path)
    {
        try
        {
            target.SetMode(mode);
        }
        catch (FileSystemException e) when (e.Reason is FileSystemReason.Denied or FileSystemReason.NotSupported)
        {
            context.Warnings.ModeNotSet(path.ToString());
        }
    }

    /// <summary>Both lists are sorted by name.</summary>
    private void Reconcile(in MetadataTarget target, ExtendedAttribute[] present, ExtendedAttribute[] wanted, ItemPath path)
    {
        int at = 0;
        int capability = -1;
        for (int i = 0; i < wanted.Length; i++)
        {
            byte[] name = wanted[i].Name;
            int order = 1;
            while (at < present.Length && (order = present[at].Name.AsSpan().SequenceCompareTo(name)) < 0)
            {
                Remove(target, present[at++].Name, path);
            }

            if (at < present.Length && order == 0 && present[at++].Value.AsSpan().SequenceEqual(wanted[i].Value))
            {
                continue;
            }

            if (name.AsSpan().SequenceEqual(Capability))
            {
                capability = i;
            }
            else
            {
                Set(target, wanted[i], path);
            }
        }

        while (at < present.Length)
        {
            Remove(target, present[at++].Name, path);
        }

        if (capability >= 0)
        {
            Set(target, wanted[capability], path);
        }
    }

    private void Set(in MetadataTarget target, ExtendedAttribute attribute, ItemPath path)
    {
        try
        {
            target.SetExtendedAttribute(attribute);
        }
        catch (FileSystemException e)
        {
            AttributeFailed(e, attribute.Name, path);
        }
    }

    // What the system itself keeps on every file, such as an SELinux label, is not ours to remove.
    private void Remove(in MetadataTarget target, byte[] name, ItemPath path)
    {
        ReadOnlySpan<byte> span = name;
        if (!span.StartsWith("user."u8) && !span.StartsWith("trusted."u8) && !span.SequenceEqual(Capability)
            && !span.SequenceEqual(AccessAcl) && !span.SequenceEqual(DefaultAcl))
        {
            return;
        }

        try
        {
            target.Directory.RemoveExtendedAttribute(target.Name, name);
        }
        catch (FileSystemException e)
        {
            AttributeFailed(e, name, path);
        }
    }

    private void AttributeFailed(FileSystemException e, byte[] name, ItemPath path)
    {
        if (e.Reason is FileSystemReason.Denied or FileSystemReason.NotSupported)
        {
            context.Warnings.AttributeNotSet(path.ToString(), PathText.Format(name), e.Message);
            return;
        }

        context.Report(
            VtErrorId.DestinationWriteFailed,
            $"'{path}' was restored, but its extended attribute {PathText.Format(name)} could not be set: {e.Message}",
            path.ToString(),
            e);
    }
}
