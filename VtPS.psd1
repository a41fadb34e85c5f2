@{
    RootModule             = 'bin/VtPS.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = 'f0bb08b3-2aeb-48d6-bba7-c440d27c271b'
    Author                 = 'The VtPS contributors'
    CompanyName            = 'VtPS'
    Copyright              = '(c) The VtPS contributors. MIT License.'
    Description            = 'Deduplicating backup: Stores of blocks that are kept once, backups of whole trees with all their metadata, restores, comparisons, and the blocks themselves as objects. And sync: trees on any number of machines made equal, with one history and conflicts that lose nothing.'
    CompatiblePSEditions   = @('Core')
    PowerShellVersion      = '7.6'
    FormatsToProcess       = @('bin/VtPS.Format.ps1xml')
    TypesToProcess         = @('bin/VtPS.Types.ps1xml')
    CmdletsToExport        = @(
        'Add-VtKey'
        'Backup-VtTree'
        'Compare-VtBackup'
        'Copy-VtBackup'
        'Find-VtItem'
        'Get-VtBackup'
        'Get-VtBlock'
        'Get-VtItem'
        'Get-VtKey'
        'Get-VtPeer'
        'Get-VtRevision'
        'Get-VtStatus'
        'Get-VtStore'
        'Get-VtSyncHistory'
        'Measure-VtStore'
        'New-VtStore'
        'Optimize-VtStore'
        'Register-VtPeer'
        'Register-VtStore'
        'Remove-VtBackup'
        'Remove-VtKey'
        'Repair-VtStore'
        'Restore-VtItem'
        'Set-VtBackup'
        'Sync-VtPeer'
        'Test-VtStore'
        'Unregister-VtPeer'
        'Unregister-VtStore'
        'Update-VtKey'
    )
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @()
    PrivateData            = @{
        PSData = @{
            Tags         = @('Backup', 'Restore', 'Deduplication', 'Archive', 'Storage', 'Snapshot', 'Sync', 'Peer', 'PSEdition_Core', 'Linux', 'MacOS', 'Windows')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'The first version: Stores, backups, lists, restores, comparisons, blocks, sync of trees. See CHANGELOG.md.'
        }
    }
}
